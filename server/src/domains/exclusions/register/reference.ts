import { pooledRandom } from '../../../platform/crypto/random.ts';

/** Without letters and digits that are mistaken for others on the telephone. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CHARS = 12;
const PREFIX = 'KX';

/** `KX-7Q2M-9WTF-3H8D`: 60 random bits, so that a million of them have no twins. */
export function newReference(): string {
  return written(Array.from(pooledRandom(CHARS), (byte) => ALPHABET[byte & 31]).join(''));
}

/** How what a person quotes may stand in the register: as it was said, which imported ones are, or as ours are written. */
export function spellingsOf(quoted: string): string[] {
  const letters = quoted
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replace(new RegExp(`^${PREFIX}(?=.{${CHARS}}$)`), '')
    .replace(/[IL]/g, '1')
    .replaceAll('O', '0');
  return letters.length === CHARS ? [quoted, written(letters)] : [quoted];
}

function written(letters: string): string {
  return [PREFIX, letters.slice(0, 4), letters.slice(4, 8), letters.slice(8)].join('-');
}
