import type { Database } from '../../../platform/db/database.ts';
import { actForEveryTenant } from '../../../platform/db/tenant.ts';

const KEPT = '30 days';
const BATCH = 5_000;

/** What was posted longer ago is nobody's question any more; what became of the changes stays in the receipts. */
export async function pruneDeliveries(db: Database): Promise<number> {
  let total = 0;
  for (;;) {
    const count = await db.transaction(async (tx) => {
      await actForEveryTenant(tx);
      const { rowCount } = await tx.query(
        `DELETE FROM webhook_deliveries WHERE id IN (
           SELECT id FROM webhook_deliveries WHERE at < statement_timestamp() - interval '${KEPT}' LIMIT ${BATCH})`,
      );
      return rowCount;
    });
    total += count;
    if (count < BATCH) return total;
  }
}
