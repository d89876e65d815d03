import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { ChangeType } from '@kinga/shared/operators/propagation.ts';
import type { propagation } from '@kinga/shared/propagation/contract.ts';
import type { Call } from '../../../platform/call/handler.ts';
import { idempotent } from '../../../platform/call/idempotency.ts';
import type { Platform } from '../../../platform/context.ts';
import { actForEveryTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudits } from '../../../platform/outbox/audit.ts';
import { operatorExists } from '../../operators/index.ts';
import { tokensOfHandles } from '../../tokens/index.ts';
import { holdersOf } from '../changes/concerns.ts';
import { tell } from '../changes/tell.ts';
import { postSoon } from '../webhooks/queue.ts';

type Input = ParsedInputOf<typeof propagation.retry>;

const AT_ONCE_MAX = 1_000;

interface Row {
  readonly id: string;
  readonly tenant_id: string;
  readonly handle: string;
  readonly register_seq: number;
  readonly type: ChangeType;
  readonly effective_at: Date;
}

/** What is still open is told again, in its old order; what was acknowledged meanwhile is left alone. */
export async function retry(
  { db, crypto }: Platform,
  input: Input,
  call: Call,
): Promise<OutputOf<typeof propagation.retry>> {
  return await db.transaction((tx) =>
    idempotent(tx, crypto, { call, input }, async () => {
      const rows = await openReceipts(tx, input);
      const holders = new Map(
        holdersOf(
          await tokensOfHandles(
            tx,
            rows.map(({ handle }) => handle),
          ),
        ).map((one) => [one.handle, one]),
      );
      // Whose token was revoked meanwhile the operator knows no more.
      const again = rows.flatMap((row) => {
        const holder = holders.get(row.handle);
        return holder === undefined ? [] : [{ row, holder }];
      });
      await tell(
        tx,
        again.map(({ row, holder }) => ({
          holder,
          receiptId: row.id,
          registerSeq: row.register_seq,
          type: row.type,
          effectiveAt: row.effective_at,
          again: true,
        })),
      );
      await tellWho(
        tx,
        call,
        again.map(({ row }) => row.tenant_id),
      );
      return { again: again.length };
    }),
  );
}

async function openReceipts(tx: Tx, { operatorId, receiptIds }: Input): Promise<Row[]> {
  if (operatorId !== undefined && !(await operatorExists(tx, operatorId))) {
    throw new KingaError('NOT_FOUND', 'There is no such operator');
  }
  await actForEveryTenant(tx);
  const { rows } = await tx.query<Row>(
    `SELECT id, tenant_id, handle, register_seq::float8 AS register_seq, type, effective_at
     FROM propagation_receipts
     WHERE acknowledged_at IS NULL
       AND ${operatorId === undefined ? 'id = ANY($1::text[])' : 'tenant_id = $1'}
     ORDER BY committed_at, id LIMIT ${AT_ONCE_MAX}`,
    [operatorId ?? receiptIds],
  );
  return rows;
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
