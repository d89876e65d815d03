import type { Crypto } from '../../../platform/crypto/crypto.ts';
import { canonicalise } from '../../identifiers/index.ts';
import { type Facts, findMatch } from '../../matching/index.ts';
import type { Screen } from '../../screening/index.ts';
import { type Asked, isSomebody, isWellFormed, malformed } from './asked.ts';
import type { View } from './view.ts';

/** An identifier of somebody excluded; else somebody excluded who has nearly this name and date of birth. */
export type Finding = 'exclusion' | 'possibleMatch' | 'nothing';
export type Sight = Pick<View, 'prober' | 'lower' | 'upper'>;

/** Looks for one question after the other, so that in the ordinary case nothing is allocated for it. */
export class Finder {
  /** After a question: the key it is recorded under, and the earliest start still to come. */
  subject = '';
  pendingStartsAt = Number.POSITIVE_INFINITY;
  readonly #crypto: Crypto;
  /** Is shown every identifier that is asked about. */
  readonly #screen: Pick<Screen, 'see' | 'name'> | undefined;
  /** What has ended by then does not count. */
  #end = 0;

  constructor(crypto: Crypto, screen?: Pick<Screen, 'see' | 'name'>) {
    this.#crypto = crypto;
    this.#screen = screen;
  }

  /**
   * `base` stands before the path of what is malformed; what has ended by `end` does not count. A possible match is
   * never more than that.
   */
  find(sight: Sight, asked: Asked, base: string, end = sight.lower): Finding {
    const { identifiers, person } = asked;
    if (person !== undefined && !isWellFormed(person)) throw malformed(asked, base);
    if (!isSomebody(asked)) throw malformed(asked, base);
    const facts: Facts['identifiers'][number][] | undefined = person === undefined ? undefined : [];
    this.#begin(end);
    let isExcluded = false;
    for (let i = 0; i < identifiers.length; i++) {
      const known = canonicalise(identifiers[i]!);
      if (!known.ok) throw malformed(asked, base);
      facts?.push(known);
      const key = this.#crypto.identifierHash(known.type, known.canonical);
      this.#screen?.see(known.type, known.canonical, key);
      const isHit = this.#probe(sight, key);
      if (i === 0 || (isHit && !isExcluded)) this.subject = key;
      if (isHit) isExcluded = true;
    }
    if (isExcluded) return 'exclusion';
    return facts === undefined ? 'nothing' : this.#match(sight, { ...person, identifiers: facts });
  }

  /** The same for keys that are at hand already. */
  findKeys(sight: Sight, keys: readonly string[], end = sight.lower): Finding {
    this.#begin(end);
    this.subject = keys[0] ?? '';
    let isExcluded = false;
    for (const key of keys) {
      const isHit = this.#probe(sight, key);
      if (isHit && !isExcluded) this.subject = key;
      if (isHit) isExcluded = true;
    }
    return isExcluded ? 'exclusion' : 'nothing';
  }

  #match(sight: Sight, facts: Facts): Finding {
    const { isPossible, key, portrait } = findMatch(this.#crypto, facts, (asked) =>
      this.#probe(sight, asked),
    );
    const { sounds, born, document } = portrait;
    if (sounds.length > 0 && born !== undefined) {
      this.#screen?.name(`${sounds.join(' ')}|${document ?? ''}`, born.text, key, isPossible);
    }
    if (this.subject === '') this.subject = key;
    return isPossible ? 'possibleMatch' : 'nothing';
  }

  #begin(end: number): void {
    this.#end = end;
    this.subject = '';
    this.pendingStartsAt = Number.POSITIVE_INFINITY;
  }

  #probe({ prober, upper }: Sight, key: string): boolean {
    const isHit = prober.probe(key, this.#end, upper);
    if (prober.pendingStartsAt < this.pendingStartsAt) this.pendingStartsAt = prober.pendingStartsAt;
    return isHit;
  }
}
