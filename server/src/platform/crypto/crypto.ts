import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash,
  timingSafeEqual,
} from 'node:crypto';
import { pooledRandom } from './random.ts';
import type { Secrets } from './secrets.ts';

const IV_BYTES = 12;
const TAG_BYTES = 16;
/** First byte of a sealed value: which key and format opened it. */
const SEAL_VERSION = 1;

/** The only place that touches the keys; made from the secrets once at start. */
export interface Crypto {
  /** 128 bits of the keyed hash of an identifier's canonical form, in one call of the fast one-shot hash. */
  identifierKey(type: string, canonical: string): Buffer;
  /** The whole hash as 32 characters of latin1, the first 16 being that key: at a third of the time. */
  identifierHash(type: string, canonical: string): string;
  /** Keyed, domain-separated digest for everything else that is compared and not read (hex). */
  digest(purpose: string, text: string): string;
  /** The pseudonym of a person on `exclusions/changes`; used for nothing else. */
  pseudonym(personId: string): string;
  seal(plain: string): Buffer;
  open(sealed: Buffer): string;
  readonly secrets: Secrets;
}

export function createCrypto(secrets: Secrets): Crypto {
  const pepper = secrets.pepper.value;
  // A key object: handing the bytes over anew costs four times what the sealing itself does.
  const sealKey = createSecretKey(Buffer.from(secrets.seal.value, 'base64url'));
  const keyed = (key: string, text: string) => createHmac('sha256', key).update(text).digest();
  return {
    secrets,
    // The pepper is 43 characters of fixed length in front: a keyed hash over a 128-bit truncation, for which
    // length extension gives nothing. One-shot hash() costs a third of createHmac (see docs/adr).
    identifierKey: (type, canonical) =>
      Buffer.from(hash('sha256', `${pepper}${type}:${canonical}`, 'binary').slice(0, 16), 'latin1'),
    identifierHash: (type, canonical) => hash('sha256', `${pepper}${type}:${canonical}`, 'binary'),
    digest: (purpose, text) =>
      keyed(secrets.pepper.value, `${purpose.length}:${purpose}:${text}`).toString('hex'),
    pseudonym: (personId) =>
      `s_${keyed(secrets.pseudonym.value, personId).subarray(0, 16).toString('base64url')}`,
    seal: (plain) => {
      const iv = pooledRandom(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', sealKey, iv);
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.of(SEAL_VERSION), iv, cipher.getAuthTag(), body]);
    },
    open: (sealed) => {
      if (sealed[0] !== SEAL_VERSION) throw new Error('sealed with an unknown key version');
      const iv = sealed.subarray(1, 1 + IV_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', sealKey, iv);
      decipher.setAuthTag(sealed.subarray(1 + IV_BYTES, 1 + IV_BYTES + TAG_BYTES));
      const body = sealed.subarray(1 + IV_BYTES + TAG_BYTES);
      return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
    },
  };
}

/** Compares two texts without telling by its duration where they differ. */
export function equalSecrets(a: string, b: string): boolean {
  const left = hash('sha256', a, 'buffer');
  const right = hash('sha256', b, 'buffer');
  return timingSafeEqual(left, right);
}
