import { crc32 } from 'node:zlib';
import { type ErrorDetail, invalidInput } from '@kinga/shared/contract/errors.ts';
import type { Crypto } from '../../platform/crypto/crypto.ts';
import { pooledRandom } from '../../platform/crypto/random.ts';

/** The number is the version of the format: another one will have another. */
const PREFIX = 'bst1_';
/** Crockford's base32: no letter that is mistaken for a digit. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const RANDOM_BYTES = 16;
/** 128 bits, the first character holds three of them. */
const BODY_CHARS = 26;
/** 32 bits: any wrong character, and any two that changed places, are noticed. */
const CHECK_CHARS = 7;
const SHAPE = new RegExp(`^${PREFIX}[0-7][${ALPHABET}]{${BODY_CHARS - 1 + CHECK_CHARS}}$`);
const BODY_END = PREFIX.length + BODY_CHARS;
const HASH_CHARS = 16;
/** What is longer than an input may be is told by its schema. */
const GIVEN_CHARS_MAX = 100;
const MALFORMED = 'not a screening token: mistyped or cut off';

/** A new token: random, nothing of it comes from the person or the operator. */
export function newToken(): string {
  const body = base32(BigInt(`0x${pooledRandom(RANDOM_BYTES).toString('hex')}`), BODY_CHARS);
  return `${PREFIX}${body}${checksumOf(PREFIX + body)}`;
}

/** Could this be a token? A typo or a cut-off copy is told from one without asking anybody. */
export function isWellFormed(token: string): boolean {
  return SHAPE.test(token) && token.endsWith(checksumOf(token.slice(0, BODY_END)));
}

/**
 * What the register keeps of a token in its place: 16 bytes of the keyed hash, as latin1. INVALID_INPUT at the
 * path when it cannot be one.
 */
export function hashOf(crypto: Crypto, token: string, path: string): string {
  if (!isWellFormed(token)) throw invalidInput(path, MALFORMED);
  return crypto.identifierHash('bst', token).slice(0, HASH_CHARS);
}

/** A malformed `token` of an input in which other fields are malformed as well. */
export function malformedToken(input: unknown): ErrorDetail[] {
  const given: unknown =
    typeof input === 'object' && input !== null ? Reflect.get(input, 'token') : undefined;
  if (typeof given !== 'string' || given.length > GIVEN_CHARS_MAX || isWellFormed(given)) return [];
  return [{ path: 'token', message: MALFORMED }];
}

function checksumOf(text: string): string {
  let rest = crc32(text);
  let check = '';
  for (let i = 0; i < CHECK_CHARS; i++) {
    check = ALPHABET[rest & 31] + check;
    rest >>>= 5;
  }
  return check;
}

function base32(value: bigint, chars: number): string {
  let text = '';
  for (let rest = value, i = 0; i < chars; i++, rest >>= 5n) text = ALPHABET[Number(rest & 31n)] + text;
  return text;
}
