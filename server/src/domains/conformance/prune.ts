import type { Database } from '../../platform/db/database.ts';
import { actForEveryTenant } from '../../platform/db/tenant.ts';

const KEPT = '7 days';
/** Each with its situations. */
const BATCH = 50;

/** A run that a certificate rests on is kept with all its decisions; of the others nobody asks after a week. */
export async function pruneRuns(db: Database): Promise<number> {
  let total = 0;
  for (let count = BATCH; count === BATCH; total += count) {
    count = await db.transaction(async (tx) => {
      await actForEveryTenant(tx);
      const { rowCount } = await tx.query(
        `DELETE FROM conformance_runs WHERE id IN (
           SELECT id FROM conformance_runs r
           WHERE r.expires_at < statement_timestamp() - interval '${KEPT}'
             AND NOT EXISTS (SELECT FROM conformance_certificates c WHERE c.run_id = r.id)
           LIMIT ${BATCH})`,
      );
      return rowCount;
    });
  }
  return total;
}
