import type { Database } from '../../platform/db/database.ts';
import { actForEveryTenant } from '../../platform/db/tenant.ts';

const KEPT = '7 days';
const BATCH = 5_000;

/** Of sandbox checks, and of people made for a run, nobody asks after a week. */
export async function pruneSandbox(db: Database): Promise<number> {
  let total = 0;
  for (const [table, key, and] of [
    ['sandbox_checks', 'id', ''],
    ['sandbox_records', 'id', 'AND run_id IS NOT NULL'],
    ['sandbox_tokens', 'hash', 'AND ended_at IS NOT NULL'],
  ] as const) {
    const time = table === 'sandbox_tokens' ? 'ended_at' : 'at';
    for (let count = BATCH; count === BATCH; total += count) {
      count = await db.transaction(async (tx) => {
        await actForEveryTenant(tx);
        const { rowCount } = await tx.query(
          `DELETE FROM ${table} WHERE ${key} IN (
             SELECT ${key} FROM ${table}
             WHERE ${time} < statement_timestamp() - interval '${KEPT}' ${and} LIMIT ${BATCH})`,
        );
        return rowCount;
      });
    }
  }
  return total;
}
