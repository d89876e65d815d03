import { actForEveryTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { postSoon } from '../webhooks/queue.ts';

/**
 * An operator is reinstated: everything it was not told meanwhile goes out, and its time for it begins now. In the
 * transaction that reinstates it, which acts for every tenant from then on.
 */
export async function watchAnew(tx: Tx, operatorId: string): Promise<void> {
  await actForEveryTenant(tx);
  await tx.query(
    `INSERT INTO propagation_operators (tenant_id, watched_since) VALUES ($1, clock_timestamp())
     ON CONFLICT (tenant_id) DO UPDATE SET watched_since = excluded.watched_since`,
    [operatorId],
  );
  await postSoon(tx, [operatorId]);
}
