import { createHmac } from 'node:crypto';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import { pooledRandom } from '../../../platform/crypto/random.ts';

const SECRET_BYTES = 32;

export function newSecret(): string {
  return `whsec_${pooledRandom(SECRET_BYTES).toString('base64url')}`;
}

export interface Secrets {
  readonly secret: Buffer;
  /** Undefined once its overlap has ended. */
  readonly oldSecret: Buffer | undefined;
}

/** `t=<unix>,v1=<hex>` for each secret that is valid: who has either one can verify. */
export function signedHeaders(
  crypto: Crypto,
  secrets: Secrets,
  { id, body, now = new Date() }: { readonly id: string; readonly body: string; readonly now?: Date },
): Record<string, string> {
  const time = Math.floor(now.getTime() / 1000);
  const valid = secrets.oldSecret === undefined ? [secrets.secret] : [secrets.secret, secrets.oldSecret];
  const signatures = valid.map(
    (sealed) => `v1=${createHmac('sha256', crypto.open(sealed)).update(`${time}.${body}`).digest('hex')}`,
  );
  return {
    'content-type': 'application/json',
    'user-agent': 'Kinga',
    'x-kinga-delivery': id,
    'x-kinga-signature': [`t=${time}`, ...signatures].join(','),
  };
}
