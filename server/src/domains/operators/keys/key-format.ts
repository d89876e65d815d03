import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const PREFIXES = { live: 'kk_live_', sandbox: 'kk_test_' } as const;
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 190 bits. */
const SECRET_CHARS = 32;
const CHECK_CHARS = 6;
/** Bytes from here on would make the first letters likelier than the rest. */
const FAIR_BYTE_MAX = 256 - (256 % ALPHABET.length);
const PREFIX_CHARS = PREFIXES.live.length;
const SHAPE = new RegExp(
  `^(?:${Object.values(PREFIXES).join('|')})[0-9A-Za-z]{${SECRET_CHARS + CHECK_CHARS}}$`,
);

export function newApiKey(environment: keyof typeof PREFIXES): string {
  let secret = '';
  while (secret.length < SECRET_CHARS) {
    for (const byte of randomBytes(SECRET_CHARS)) {
      if (byte < FAIR_BYTE_MAX && secret.length < SECRET_CHARS) secret += ALPHABET[byte % ALPHABET.length];
    }
  }
  return `${PREFIXES[environment]}${secret}${checksumOf(secret)}`;
}

/** Could this be a key? A typo or a cut-off copy is told from one without asking the database. */
export function isWellFormed(apiKey: string): boolean {
  if (!SHAPE.test(apiKey)) return false;
  const secret = apiKey.slice(PREFIX_CHARS, PREFIX_CHARS + SECRET_CHARS);
  return apiKey.endsWith(checksumOf(secret));
}

function checksumOf(secret: string): string {
  let rest = crc32(secret);
  let text = '';
  for (let i = 0; i < CHECK_CHARS; i++) {
    text = ALPHABET[rest % ALPHABET.length] + text;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return text;
}
