import type { OutputOf } from '@kinga/shared/contract/procedure.ts';
import type { identity } from '@kinga/shared/identity/contract.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { masked } from '../verification/contact.ts';

export type Factor = OutputOf<typeof identity.addFactor>;

export interface FactorRow {
  readonly id: string;
  readonly kind: Factor['kind'];
  readonly secret: Buffer;
  readonly key: Buffer | null;
  readonly last_step: string | null;
  readonly created_at: Date;
}

export const COLUMNS = 'id, kind, secret, key, last_step, created_at';

/** Those in force, the oldest first. */
export async function factorsOf(tx: Tx, accountId: string): Promise<FactorRow[]> {
  const { rows } = await tx.query<FactorRow>(
    `SELECT ${COLUMNS} FROM second_factors
     WHERE account_id = $1 AND confirmed_at IS NOT NULL ORDER BY created_at, id`,
    [accountId],
  );
  return rows;
}

/** Locked to the end of the transaction, so that of two uses of one code one is the second. */
export async function lockFactor(
  tx: Tx,
  { accountId, factorId }: { accountId: string; factorId: string },
): Promise<FactorRow | undefined> {
  const { rows } = await tx.query<FactorRow>(
    `SELECT ${COLUMNS} FROM second_factors
     WHERE id = $1 AND account_id = $2 AND confirmed_at IS NOT NULL FOR UPDATE`,
    [factorId, accountId],
  );
  return rows[0];
}

/** Where a factor's codes go; undefined for one that makes its own. */
export function contactOfFactor(
  crypto: Crypto,
  { kind, secret, key }: FactorRow,
): { type: 'phone' | 'email'; canonical: string; key: Buffer } | undefined {
  if (kind === 'totp' || key === null) return undefined;
  return { type: kind === 'sms' ? 'phone' : 'email', canonical: crypto.open(secret), key };
}

export function factorOf(crypto: Crypto, row: FactorRow): Factor {
  const contact = contactOfFactor(crypto, row);
  return {
    id: row.id,
    kind: row.kind,
    hint: contact === undefined ? '' : masked(contact.type, contact.canonical),
    createdAt: row.created_at.toISOString(),
  };
}

/** The database's time: a node's own clock may be minutes off, and the codes with it. */
export async function databaseNowMs(tx: Tx): Promise<number> {
  const { rows } = await tx.query<{ now: number }>(
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now',
  );
  return rows[0]?.now ?? Number.NaN;
}
