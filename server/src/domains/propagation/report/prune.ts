import type { Database } from '../../../platform/db/database.ts';
import { actForEveryTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { readPolicy } from '../../policy/index.ts';
import { IN_ORDER } from '../in-order.ts';

const BATCH = 5_000;

/**
 * Deletes receipts of exclusions that have been over for longer than the policy in force says. Kept are those that
 * are not acknowledged, whose account is still to be closed, and of a standing exclusion also those whose account is
 * closed: they are what says so.
 */
export async function pruneReceipts(db: Database, betweenBatches: () => void = () => {}): Promise<number> {
  let total = 0;
  for (;;) {
    const count = await db.transaction(pruneBatch);
    total += count;
    if (count < BATCH) return total;
    betweenBatches();
  }
}

async function pruneBatch(tx: Tx): Promise<number> {
  const { rows } = await tx.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  const { values } = await readPolicy(tx, (rows[0]?.now ?? new Date()).getTime());
  await actForEveryTenant(tx);
  const { rowCount } = await tx.query(
    `WITH old AS (
       SELECT r.id FROM propagation_receipts r WHERE r.id IN (
         SELECT id FROM propagation_receipts
         WHERE over_at < statement_timestamp() - make_interval(years => $1)
         ORDER BY over_at LIMIT ${BATCH}) ${IN_ORDER}
     )
     DELETE FROM propagation_receipts r USING old WHERE r.id = old.id`,
    [values.retention.receiptsYears],
  );
  return rowCount;
}
