import type { Crypto } from '../../../platform/crypto/crypto.ts';
import { pooledRandom } from '../../../platform/crypto/random.ts';
import type { Tx } from '../../../platform/db/tx.ts';

const COUNT = 10;
const LENGTH = 10;
/** Without 0, 1, I and O, which people take for each other. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

/** Ten new ones in place of those before; told once, kept as keyed digests. */
export async function renewRecoveryCodes(tx: Tx, crypto: Crypto, accountId: string): Promise<string[]> {
  const codes = Array.from({ length: COUNT }, newCode);
  await forgetRecoveryCodes(tx, accountId);
  await tx.query('INSERT INTO recovery_codes (account_id, digest) SELECT $1, unnest($2::text[])', [
    accountId,
    codes.map((code) => digestOf(crypto, accountId, code)),
  ]);
  return codes;
}

/** Uses one up; false when it is none, or was used. */
export async function takeRecoveryCode(
  tx: Tx,
  crypto: Crypto,
  { accountId, code }: { accountId: string; code: string },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE recovery_codes SET used_at = clock_timestamp()
     WHERE account_id = $1 AND digest = $2 AND used_at IS NULL`,
    [accountId, digestOf(crypto, accountId, code)],
  );
  return rowCount === 1;
}

export async function recoveryCodesLeft(tx: Tx, accountId: string): Promise<number> {
  const { rows } = await tx.query<{ left: number }>(
    'SELECT count(*)::int AS left FROM recovery_codes WHERE account_id = $1 AND used_at IS NULL',
    [accountId],
  );
  return rows[0]?.left ?? 0;
}

export async function forgetRecoveryCodes(tx: Tx, accountId: string): Promise<void> {
  await tx.query('DELETE FROM recovery_codes WHERE account_id = $1', [accountId]);
}

function newCode(): string {
  const text = Array.from(pooledRandom(LENGTH), (byte) => ALPHABET[byte & 31]).join('');
  return `${text.slice(0, LENGTH / 2)}-${text.slice(LENGTH / 2)}`;
}

/** Typed from paper: capitals and the dash are not the point. */
function digestOf(crypto: Crypto, accountId: string, code: string): string {
  return crypto.digest('recovery-code', `${accountId}:${code.toUpperCase().replace(/[\s-]/g, '')}`);
}
