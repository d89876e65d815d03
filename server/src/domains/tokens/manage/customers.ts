import type { Crypto } from '../../../platform/crypto/crypto.ts';
import { newId } from '../../../platform/crypto/ids.ts';
import type { Tx } from '../../../platform/db/tx.ts';

export interface Customer {
  readonly customerId: string;
  readonly subjectId: string;
}

export interface Mapped extends Customer {
  readonly mappedAt: Date;
  /** The subject it was mapped to before, if to another one. */
  readonly movedFrom: string | null;
}

/** An operator's name of a customer is found by its keyed hash, which no two operators share. */
export function customerHash(crypto: Crypto, operatorId: string, customerId: string): Buffer {
  return Buffer.from(crypto.digest('bst-customer', `${operatorId}\0${customerId}`).slice(0, 32), 'hex');
}

/** Maps customers, no two of them the same, and returns what that changed. */
export async function mapCustomers(
  tx: Tx,
  crypto: Crypto,
  of: { readonly operatorId: string; readonly customers: readonly Customer[] },
): Promise<Mapped[]> {
  const byHash = new Map(
    of.customers.map((customer) => [
      customerHash(crypto, of.operatorId, customer.customerId).toString('hex'),
      customer,
    ]),
  );
  if (byHash.size === 0) return [];
  const rows = [...byHash].sort(([a], [b]) => (a < b ? -1 : 1));
  const known = await tx.query<{ hex: string; subject_id: string }>(
    `SELECT encode(customer_hash, 'hex') AS hex, subject_id FROM token_customers
     WHERE tenant_id = $1 AND customer_hash = ANY($2::bytea[]) ORDER BY customer_hash FOR UPDATE`,
    [of.operatorId, rows.map(([hex]) => Buffer.from(hex, 'hex'))],
  );
  const before = new Map(known.rows.map(({ hex, subject_id }) => [hex, subject_id]));
  const changed = rows.filter(([hex, { subjectId }]) => before.get(hex) !== subjectId);
  if (changed.length === 0) return [];
  const stored = await tx.query<{ hex: string; mapped_at: Date }>(
    `INSERT INTO token_customers (id, tenant_id, customer_hash, customer_sealed, subject_id)
     SELECT id, $5, hash, sealed, subject_id
     FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::text[]) AS t (id, hash, sealed, subject_id)
     ON CONFLICT (tenant_id, customer_hash)
     DO UPDATE SET subject_id = excluded.subject_id, mapped_at = clock_timestamp()
     RETURNING encode(customer_hash, 'hex') AS hex, mapped_at`,
    [
      changed.map(() => newId('tkc')),
      changed.map(([hex]) => Buffer.from(hex, 'hex')),
      changed.map(([, { customerId }]) => crypto.seal(customerId)),
      changed.map(([, { subjectId }]) => subjectId),
      of.operatorId,
    ],
  );
  return stored.rows.flatMap(({ hex, mapped_at }): Mapped[] => {
    const customer = byHash.get(hex);
    if (customer === undefined) return [];
    return [{ ...customer, mappedAt: mapped_at, movedFrom: before.get(hex) ?? null }];
  });
}

/**
 * What these people's operators were told of them is to be told anew: another customer turned out to be them, or
 * the operator gives them up and may take them up again. With the subjects locked.
 */
export async function countAsLearned(tx: Tx, subjectIds: readonly string[]): Promise<void> {
  if (subjectIds.length === 0) return;
  await tx.query('UPDATE token_subjects SET learned = learned + 1 WHERE id = ANY($1::text[])', [subjectIds]);
}
