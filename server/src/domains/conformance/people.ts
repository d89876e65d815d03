import { randomInt } from 'node:crypto';
import type { IdentifierType } from '@kinga/shared/exclusions/identifier.ts';
import { shuffled } from '../sandbox/index.ts';
import { FAMILY, GIVEN, MIDDLE } from './names.ts';

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

/** Makes people for one run, no two of whom share anything: not a number, not a name, not a year of birth. */
export class PeopleMaker {
  readonly #used = new Set<string>();
  readonly #years = shuffled(Array.from({ length: YEARS }, (_, i) => YEAR_MIN + i));
  #names = namesOfARun();

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
    const pairs = this.#names.pop();
    if (year === undefined || pairs === undefined) throw new Error('more people than names');
    const [month, day] = [randomInt(2, 12), randomInt(13, 28)];
    return {
      values: this.numbers(),
      names: pairs.map(([name]) => name),
      misspelt: pairs.map(([name, misspelt], i) => (i === pairs.length - 1 ? misspelt : name)),
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

type Pair = readonly [name: string, misspelt: string];

/** Every name in as few of them as possible: the lists go round, each from its own place. */
function namesOfARun(): (readonly Pair[])[] {
  const lists = [shuffled(GIVEN), shuffled(MIDDLE), shuffled(FAMILY)];
  return Array.from({ length: YEARS }, (_, i) => lists.map((list) => list[i % list.length]!));
}

function digits(count: number): string {
  return Array.from({ length: count }, () => randomInt(10)).join('');
}
