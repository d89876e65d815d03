import { pooledRandom } from './random.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * A new id, `<prefix>_` + 26 characters of Crockford base32: 48 bits of time, so that indexes grow at one end,
 * and 80 random bits.
 */
export function newId(prefix: string, nowMs: number = Date.now()): string {
  let time = '';
  for (let rest = nowMs, i = 0; i < 10; i++, rest = Math.floor(rest / 32)) time = ALPHABET[rest % 32] + time;
  let random = '';
  for (const byte of pooledRandom(16)) random += ALPHABET[byte & 31];
  return `${prefix}_${time}${random}`;
}
