import { randomInt } from 'node:crypto';
import type { IdentifierType } from '@kinga/shared/exclusions/identifier.ts';

import { FAMILY, GIVEN, MIDDLE } from './names.ts';
import { shuffled } from './shuffled.ts';

/** Somebody who does not exist. */
export interface MadeUp {
  readonly values: Readonly<Record<IdentifierType, string>>;
  readonly names: readonly string[];
  readonly misspelt: readonly string[];
  readonly born: string;
}

const YEAR_MIN = 1950;
const YEARS = 55;
const TRIES_MAX = 1_000;

/** Makes people for one run, no two of whom share a number or a year of birth, nor follow each other with a name. */
export class PeopleMaker {
  readonly #used = new Set<string>();
  readonly #years = shuffled(Array.from({ length: YEARS }, (_, i) => YEAR_MIN + i));
  readonly #given = new Round(GIVEN);
  readonly #middle = new Round(MIDDLE);
  readonly #family = new Round(FAMILY);

  /** Numbers only: most people of a run are known by nothing else. */
  numbers(): MadeUp['values'] {
    return {
      nationalId: this.#unused(() => String(randomInt(20_000_000, 90_000_000))),
      phone: this.#unused(() => `+25471${digits(7)}`),
      passport: this.#unused(() => `AK${digits(7)}`),
      alienId: this.#unused(() => `7${digits(7)}`),
      email: this.#unused(() => `mtu.${digits(8)}@sandbox.test`),
    };
  }

  person(): MadeUp {
    const year = this.#years.pop();
    const [given, middle, family] = [this.#given.next(), this.#middle.next(), this.#family.next()];
    if (year === undefined) throw new Error('more people than years');
    const [month, day] = [randomInt(2, 12), randomInt(13, 28)];
    return {
      values: this.numbers(),
      names: [given, middle, family[0]],
      misspelt: [given, middle, family[1]],
      born: `${year}-${String(month).padStart(2, '0')}-${day}`,
    };
  }

  #unused(make: () => string): string {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const value = make();
      if (this.#used.has(value)) continue;
      this.#used.add(value);
      return value;
    }
    throw new Error('no number is left');
  }
}

/** One after the other, in an order of its own, and again from the beginning. */
class Round<TItem> {
  readonly #items: readonly TItem[];
  #at = 0;

  constructor(items: readonly TItem[]) {
    this.#items = shuffled(items);
  }

  next(): TItem {
    return this.#items[this.#at++ % this.#items.length]!;
  }
}

function digits(count: number): string {
  return Array.from({ length: count }, () => randomInt(10)).join('');
}
