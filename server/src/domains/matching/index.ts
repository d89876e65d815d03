import type { Crypto } from '../../platform/crypto/crypto.ts';
import { type Clue, cluesOf, type Whose } from './clues.ts';
import { type Facts, keyTextsOf, type Portrait, portraitOf } from './keys.ts';

export { soundsOf } from './names.ts';
export type { Facts };

/** The type under which match keys stand among a person's identifiers; never shown to anybody. */
export const MATCH = 'match';

const KEY_CHARS = 16;

/**
 * Under which keys a person can be found by name and date of birth (or by a mailbox), 16 bytes each: to be stored
 * beside their identifiers, and to be made anew whenever their name, date of birth or documents change.
 */
export function matchKeysOf(crypto: Crypto, facts: Facts): Buffer[] {
  const portrait = portraitOf(facts);
  const side = portrait.document === undefined ? 'withoutDocument' : 'withDocument';
  return keyTextsOf(portrait).map((text) => Buffer.from(sideOf(hashOf(crypto, text), side), 'latin1'));
}

export interface Match {
  readonly isPossible: boolean;
  /** The key that was found, else the first that was asked for; empty when the facts say too little to ask. */
  readonly key: string;
  /** By what was asked for. */
  readonly portrait: Portrait;
}

/** Might the register know this person? `isKnown` is asked for keys as latin1, as the replica's table is. */
export function findMatch(crypto: Crypto, facts: Facts, isKnown: (key: string) => boolean): Match {
  let first = '';
  const portrait = portraitOf(facts);
  for (const { whose, text, further } of cluesOf(portrait)) {
    const hash = hashOf(crypto, text);
    for (const side of SIDES[whose]) {
      const key = sideOf(hash, side);
      if (first === '') first = key;
      if (!isKnown(key)) continue;
      const isBeside = (other: string) => isKnown(sideOf(hashOf(crypto, other), side));
      if (further === undefined || further().some((texts) => texts.every(isBeside))) {
        return { isPossible: true, key, portrait };
      }
    }
  }
  return { isPossible: false, key: first, portrait };
}

/** Every key that could be asked for, for those who must ask PostgreSQL for all of them at once. */
export function askedKeysOf(crypto: Crypto, facts: Facts): Buffer[] {
  const keys = new Set<string>();
  for (const { whose, text, further } of cluesOf(portraitOf(facts))) {
    for (const one of new Set([text, ...(further?.() ?? []).flat()])) {
      const hash = hashOf(crypto, one);
      for (const side of SIDES[whose]) keys.add(sideOf(hash, side));
    }
  }
  return Array.from(keys, (key) => Buffer.from(key, 'latin1'));
}

type Side = Exclude<Whose, 'anybody'>;

const SIDES: Readonly<Record<Clue['whose'], readonly Side[]>> = {
  anybody: ['withDocument', 'withoutDocument'],
  withDocument: ['withDocument'],
  withoutDocument: ['withoutDocument'],
};

function hashOf(crypto: Crypto, text: string): string {
  return crypto.identifierHash(MATCH, text);
}

/** One hash makes two keys: its first half is of people on record with a document, its second of the others. */
function sideOf(hash: string, side: Side): string {
  return side === 'withDocument' ? hash.slice(0, KEY_CHARS) : hash.slice(KEY_CHARS, 2 * KEY_CHARS);
}
