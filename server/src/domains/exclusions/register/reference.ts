import { pooledRandom } from '../../../platform/crypto/random.ts';

/** Without letters and digits that are mistaken for others on the telephone. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CHARS = 12;

/** `KX-7Q2M-9WTF-3H8D`: 60 random bits, so that a million of them have no twins. */
export function newReference(): string {
  const letters = Array.from(pooledRandom(CHARS), (byte) => ALPHABET[byte & 31]).join('');
  return `KX-${letters.slice(0, 4)}-${letters.slice(4, 8)}-${letters.slice(8)}`;
}
