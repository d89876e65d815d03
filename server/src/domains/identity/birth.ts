import type { Crypto } from '../../platform/crypto/crypto.ts';
import type { Tx } from '../../platform/db/tx.ts';

/** When somebody was born, as far as it is known, and what day it is. */
export interface Birth {
  /** As they said it, or as the national registry confirmed it; null: not known. */
  readonly dateOfBirth: string | null;
  /** In Kenya, by the database's clock. */
  readonly today: string;
  readonly nowMs: number;
}

export async function birthOf(tx: Tx, crypto: Crypto, accountId: string): Promise<Birth> {
  const { rows } = await tx.query<{ date_of_birth: Buffer | null; today: string; now_ms: number }>(
    `SELECT date_of_birth, to_char(statement_timestamp() AT TIME ZONE 'Africa/Nairobi', 'YYYY-MM-DD') AS today,
            (extract(epoch FROM statement_timestamp()) * 1000)::float8 AS now_ms
     FROM accounts WHERE id = $1`,
    [accountId],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('there is no such account');
  const { date_of_birth: sealed, today, now_ms: nowMs } = row;
  return { dateOfBirth: sealed && crypto.open(sealed), today, nowMs };
}
