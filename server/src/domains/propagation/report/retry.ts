import { notFound } from '@kinga/shared/contract/errors.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { propagation } from '@kinga/shared/propagation/contract.ts';
import type { Call } from '../../../platform/call/handler.ts';
import { idempotent } from '../../../platform/call/idempotency.ts';
import type { Platform } from '../../../platform/context.ts';
import { actForEveryTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudits } from '../../../platform/outbox/audit.ts';
import { operatorExists } from '../../operators/index.ts';
import { TO_TELL_AGAIN, type ToTellAgain, tellAgain } from '../changes/again.ts';
import { postSoon } from '../webhooks/queue.ts';

type Input = ParsedInputOf<typeof propagation.retry>;

const AT_ONCE_MAX = 1_000;

/** What is still open is told again, in its old order; what was acknowledged meanwhile is left alone. */
export async function retry(
  { db, crypto }: Platform,
  input: Input,
  call: Call,
): Promise<OutputOf<typeof propagation.retry>> {
  return await db.transaction((tx) =>
    idempotent(tx, crypto, { call, input }, async () => {
      const again = await tellAgain(tx, await openReceipts(tx, input));
      await tellWho(
        tx,
        call,
        again.map(({ tenant_id }) => tenant_id),
      );
      return { again: again.length };
    }),
  );
}

async function openReceipts(tx: Tx, { operatorId, receiptIds }: Input): Promise<ToTellAgain[]> {
  if (operatorId !== undefined && !(await operatorExists(tx, operatorId))) {
    throw notFound('operatorId', 'There is no such operator');
  }
  await actForEveryTenant(tx);
  const { rows } = await tx.query<ToTellAgain>(
    `SELECT ${TO_TELL_AGAIN}
     FROM propagation_receipts
     WHERE acknowledged_at IS NULL
       AND ${operatorId === undefined ? 'id = ANY($1::text[])' : 'tenant_id = $1'}
     ORDER BY committed_at, id LIMIT ${AT_ONCE_MAX}`,
    [operatorId ?? receiptIds],
  );
  if (rows.length === 0 && receiptIds !== undefined) await refuseUnknown(tx, receiptIds);
  return rows;
}

/** Nothing is open: because all of it is acknowledged, or because there is nothing of the sort? */
async function refuseUnknown(tx: Tx, receiptIds: readonly string[]): Promise<void> {
  const { rowCount } = await tx.query('SELECT FROM propagation_receipts WHERE id = ANY($1::text[]) LIMIT 1', [
    receiptIds,
  ]);
  if (rowCount === 0) throw notFound('receiptIds', 'There are no such changes');
}

async function tellWho(tx: Tx, { actor, requestId }: Call, operatorIds: readonly string[]): Promise<void> {
  const counts = new Map<string, number>();
  for (const id of operatorIds) counts.set(id, (counts.get(id) ?? 0) + 1);
  await postSoon(tx, [...counts.keys()]);
  await recordAudits(
    tx,
    Array.from(counts, ([subject, receipts]) => ({
      ...{ actor, requestId, subject },
      action: 'propagation.retried',
      details: { receipts },
    })),
  );
}
