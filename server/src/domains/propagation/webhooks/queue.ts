import { propagationJobs } from '@kinga/shared/propagation/jobs.ts';
import { newId } from '../../../platform/crypto/ids.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { enqueueJobs } from '../../../platform/outbox/outbox.ts';

const NOW = ':now:';

/** Post to these operators' webhooks, if they have one, also where an endpoint is being left in peace for a while. */
export async function postSoon(tx: Tx, operatorIds: readonly string[], runAt?: Date): Promise<void> {
  if (operatorIds.length === 0) return;
  const { rows } = await tx.query<{ tenant_id: string }>(
    'SELECT tenant_id FROM operator_webhooks WHERE tenant_id = ANY($1::text[]) ORDER BY tenant_id',
    [operatorIds],
  );
  await enqueueJobs(
    tx,
    propagationJobs.deliverWebhook,
    rows.map(({ tenant_id }) => ({
      data: { operatorId: tenant_id },
      key: `webhook:${tenant_id}${NOW}${newId('whk')}`,
      ...(runAt === undefined ? {} : { runAt }),
    })),
  );
}

/** Was this job made for a post at its time, whatever went wrong before? */
export function isDueByItself(key: string): boolean {
  return key.includes(NOW);
}
