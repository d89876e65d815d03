import type { Alert } from '@kinga/shared/alerts/contract.ts';

/** Raised before this page knew, or after it was loaded: what was seen is not what the words need. */
export class MissingFact extends Error {}

/** What was seen, read as what it should be. */
export class Facts {
  readonly #facts: Alert['facts'];

  constructor(facts: Alert['facts']) {
    this.#facts = facts;
  }

  has(name: string): boolean {
    return this.#facts[name] !== undefined;
  }

  number(name: string): number {
    const value = this.#facts[name];
    if (typeof value !== 'number') throw new MissingFact(name);
    return value;
  }

  text(name: string): string {
    const value = this.#facts[name];
    if (typeof value !== 'string') throw new MissingFact(name);
    return value;
  }

  flag(name: string): boolean {
    return this.#facts[name] === true;
  }

  list(name: string): readonly unknown[] {
    const value = this.#facts[name];
    if (!Array.isArray(value)) throw new MissingFact(name);
    return value;
  }

  /** One of the words a text exists for. */
  oneOf<TWord extends string>(name: string, words: Readonly<Record<TWord, string>>): TWord {
    const value = this.text(name);
    if (!Object.hasOwn(words, value)) throw new MissingFact(name);
    return value as TWord;
  }
}
