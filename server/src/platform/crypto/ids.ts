import { pooledRandom } from './random.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_LETTERS = 10;
const COUNT_LETTERS = 3;
const RANDOM_LETTERS = 13;
const COUNT_END = 32 ** COUNT_LETTERS;

let lastMs = 0;
let count = 0;

/**
 * A new id, `<prefix>_` + 26 characters of Crockford base32: 50 bits of time, so that indexes grow at one end, 15 that
 * count within the millisecond, and 65 random ones. Of one process each is greater than the one before, also when its
 * clock is set back: lists by id are in the order in which things were made.
 */
export function newId(prefix: string): string {
  advance();
  let random = '';
  for (const byte of pooledRandom(RANDOM_LETTERS)) random += ALPHABET[byte & 31];
  return `${prefix}_${letters(lastMs, TIME_LETTERS)}${letters(count, COUNT_LETTERS)}${random}`;
}

function advance(): void {
  const nowMs = Date.now();
  if (nowMs > lastMs) {
    lastMs = nowMs;
    count = 0;
  } else if (++count === COUNT_END) {
    lastMs++;
    count = 0;
  }
}

function letters(value: number, length: number): string {
  let text = '';
  for (let rest = value, i = 0; i < length; i++, rest = Math.floor(rest / 32))
    text = ALPHABET[rest % 32] + text;
  return text;
}
