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

/** A customer and the hex of the hash it is found by. */
type Hashed = readonly [hex: string, customer: Customer];

/** Maps customers, no two of them the same, and returns what that changed. */
export async function mapCustomers(
  tx: Tx,
  crypto: Crypto,
  { operatorId, customers }: { readonly operatorId: string; readonly customers: readonly Customer[] },
): Promise<Mapped[]> {
  const hexOf = ({ customerId }: Customer) => customerHash(crypto, operatorId, customerId).toString('hex');
  const given = customers.map((customer): Hashed => [hexOf(customer), customer]);
  // In one order, so that two who map the same customers at once wait for each other in turn.
  let left: Hashed[] = given.sort(([a], [b]) => (a < b ? -1 : 1));
  const mapped: Mapped[] = [];
  while (left.length > 0) {
    const added = await addNew(tx, crypto, operatorId, left);
    const known = left.filter(([hex]) => !added.has(hex));
    const before = await lockKnown(tx, operatorId, known);
    const changed = known.filter(([hex, { subjectId }]) => (before.get(hex) ?? subjectId) !== subjectId);
    const moved = await move(tx, operatorId, changed);
    for (const [hex, customer] of left) {
      const mappedAt = added.get(hex) ?? moved.get(hex);
      if (mappedAt) mapped.push({ ...customer, mappedAt, movedFrom: before.get(hex) ?? null });
    }
    // Unmapped by somebody else in between: new again.
    left = known.filter(([hex]) => !before.has(hex));
  }
  return mapped;
}

type Times = ReadonlyMap<string, Date>;

interface TimeRow {
  readonly hex: string;
  readonly mapped_at: Date;
}

/** Whoever adds one of them at the same time is waited for. */
async function addNew(
  tx: Tx,
  crypto: Crypto,
  operatorId: string,
  customers: readonly Hashed[],
): Promise<Times> {
  const { rows } = await tx.query<TimeRow>(
    `INSERT INTO token_customers (id, tenant_id, customer_hash, customer_sealed, subject_id)
     SELECT id, $5, hash, sealed, subject_id
     FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::text[]) AS t (id, hash, sealed, subject_id)
     ON CONFLICT (tenant_id, customer_hash) DO NOTHING
     RETURNING encode(customer_hash, 'hex') AS hex, mapped_at`,
    [
      customers.map(() => newId('tkc')),
      hashesOf(customers),
      customers.map(([, { customerId }]) => crypto.seal(customerId)),
      customers.map(([, { subjectId }]) => subjectId),
      operatorId,
    ],
  );
  return timesOf(rows);
}

/** The subject each is mapped to. */
async function lockKnown(
  tx: Tx,
  operatorId: string,
  customers: readonly Hashed[],
): Promise<ReadonlyMap<string, string>> {
  if (customers.length === 0) return new Map();
  const { rows } = await tx.query<{ hex: string; subject_id: string }>(
    `SELECT encode(customer_hash, 'hex') AS hex, subject_id FROM token_customers
     WHERE tenant_id = $1 AND customer_hash = ANY($2::bytea[]) ORDER BY customer_hash FOR UPDATE`,
    [operatorId, hashesOf(customers)],
  );
  return new Map(rows.map(({ hex, subject_id }) => [hex, subject_id]));
}

async function move(tx: Tx, operatorId: string, customers: readonly Hashed[]): Promise<Times> {
  if (customers.length === 0) return new Map();
  const { rows } = await tx.query<TimeRow>(
    `UPDATE token_customers c SET subject_id = t.subject_id, mapped_at = clock_timestamp()
     FROM unnest($2::bytea[], $3::text[]) AS t (hash, subject_id)
     WHERE c.tenant_id = $1 AND c.customer_hash = t.hash
     RETURNING encode(c.customer_hash, 'hex') AS hex, c.mapped_at`,
    [operatorId, hashesOf(customers), customers.map(([, { subjectId }]) => subjectId)],
  );
  return timesOf(rows);
}

function hashesOf(customers: readonly Hashed[]): Buffer[] {
  return customers.map(([hex]) => Buffer.from(hex, 'hex'));
}

function timesOf(rows: readonly TimeRow[]): Times {
  return new Map(rows.map(({ hex, mapped_at }) => [hex, mapped_at]));
}

/**
 * What these people's operators were told of them is to be told anew: another customer turned out to be them, or
 * the operator gives them up and may take them up again. With the subjects locked.
 */
export async function countAsLearned(tx: Tx, subjectIds: readonly string[]): Promise<void> {
  if (subjectIds.length === 0) return;
  await tx.query('UPDATE token_subjects SET learned = learned + 1 WHERE id = ANY($1::text[])', [subjectIds]);
}
