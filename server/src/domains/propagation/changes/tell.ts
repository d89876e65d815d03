import { propagationJobs } from '@kinga/shared/propagation/jobs.ts';
import { newId } from '../../../platform/crypto/ids.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { appendEvents, enqueueJobs } from '../../../platform/outbox/outbox.ts';
import { IN_ORDER } from '../in-order.ts';
import { type SealedChange, topicOf } from '../topic.ts';
import { type Concern, type Holder, isLess } from './concerns.ts';

/**
 * Writes the receipts and what the operators are told, in the transaction that moves the cursor: both or neither.
 * What has a receipt already was told. Returns how many were new.
 */
export async function tellConcerns(tx: Tx, concerns: readonly Concern[]): Promise<number> {
  if (concerns.length === 0) return 0;
  const given = concerns.map((concern) => ({ id: newId('rcp'), concern }));
  const fresh = new Set<string>();
  for (const turn of inTurns(given)) {
    for (const id of await insertReceipts(tx, turn)) fresh.add(id);
  }
  const told = given.filter(({ id }) => fresh.has(id));
  await forgiveClosing(
    tx,
    told.map(({ concern }) => concern),
  );
  await tell(
    tx,
    told.map(({ id, concern }) => ({ receiptId: id, ...concern })),
  );
  return told.length;
}

interface Given {
  readonly id: string;
  readonly concern: Concern;
}

/** Of one person one change a turn: what the one before it left is known to the next. */
function inTurns(given: readonly Given[]): Given[][] {
  const turns: Given[][] = [];
  const counts = new Map<string, number>();
  for (const one of given) {
    const { handle } = one.concern.holder;
    const turn = counts.get(handle) ?? 0;
    counts.set(handle, turn + 1);
    turns[turn] ??= [];
    turns[turn].push(one);
  }
  return turns;
}

async function insertReceipts(tx: Tx, given: readonly Given[]): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(INSERT, [
    given.map(({ id }) => id),
    given.map(({ concern }) => concern.holder.operatorId),
    given.map(({ concern }) => concern.registerSeq),
    given.map(({ concern }) => concern.holder.handle),
    given.map(({ concern }) => concern.holder.learned),
    given.map(({ concern }) => concern.type),
    given.map(({ concern }) => concern.effectiveAt),
    given.map(({ concern }) => concern.committedAt),
    given.map(({ concern }) => concern.mustClose),
    given.map(({ concern }) => concern.excludedUntil),
  ]);
  return rows.map(({ id }) => id);
}

/**
 * An account that was closed stays so while the exclusion it was closed for is in force: what begins before that is
 * over asks for nothing more. After a lifting, or a time without any, it may have been opened again; and another
 * customer who turned out to be the person (learned) has another account.
 */
const INSERT = `
  INSERT INTO propagation_receipts (id, tenant_id, register_seq, handle, learned, type, effective_at, committed_at,
                                    must_close, excluded_until, closed_at, reported_at)
  SELECT g.*, closed.closed_at, closed.reported_at
  FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::int[], $6::text[], $7::timestamptz[],
              $8::timestamptz[], $9::boolean[], $10::timestamptz[])
    AS g (id, tenant_id, register_seq, handle, learned, type, effective_at, committed_at, must_close,
          excluded_until)
  LEFT JOIN LATERAL (
    SELECT learned, must_close, excluded_until, closed_at, reported_at FROM propagation_receipts before
    WHERE before.handle = g.handle AND before.register_seq < g.register_seq
    ORDER BY before.register_seq DESC, before.learned DESC LIMIT 1
  ) closed ON g.must_close AND closed.must_close AND closed.learned = g.learned
    AND (closed.excluded_until IS NULL OR closed.excluded_until > g.effective_at)
  ON CONFLICT DO NOTHING RETURNING id`;

/**
 * Nobody has to close the account of a person who is not excluded any more, from when that is; of one that is closed
 * it is known when the exclusion is over.
 */
async function forgiveClosing(tx: Tx, concerns: readonly Concern[]): Promise<void> {
  const lifted = concerns.filter(isLess);
  if (lifted.length === 0) return;
  await tx.query(
    `WITH before AS (
       SELECT r.id, l.over, l.until, l.at
       FROM (SELECT DISTINCT ON (handle) *
             FROM unnest($1::text[], $2::bigint[], $3::boolean[], $4::timestamptz[], $5::timestamptz[])
               AS g (handle, seq, over, until, at)
             ORDER BY handle, seq DESC) AS l
       JOIN propagation_receipts r ON r.handle = l.handle AND r.register_seq < l.seq AND r.must_close
       ${IN_ORDER}
     )
     UPDATE propagation_receipts r
     SET must_close = NOT l.over OR r.closed_at IS NOT NULL,
         excluded_until = CASE WHEN r.closed_at IS NULL THEN l.until
                               WHEN l.over THEN least(r.excluded_until, l.at)
                               ELSE coalesce(r.excluded_until, l.until) END
     FROM before l WHERE r.id = l.id`,
    [
      lifted.map(({ holder }) => holder.handle),
      lifted.map(({ registerSeq }) => registerSeq),
      lifted.map(({ isOver }) => isOver),
      lifted.map(({ excludedUntil }) => excludedUntil),
      lifted.map(({ effectiveAt }) => effectiveAt),
    ],
  );
}

export interface Told extends Pick<Concern, 'registerSeq' | 'type' | 'effectiveAt'> {
  readonly receiptId: string;
  readonly holder: Holder;
  readonly again?: true;
}

/** The events of changes whose receipts are written, and a job for each webhook they are to be posted to. */
export async function tell(tx: Tx, changes: readonly Told[]): Promise<void> {
  if (changes.length === 0) return;
  await appendEvents(
    tx,
    changes.map(({ holder, type, ...change }) => ({
      topic: topicOf(holder.operatorId),
      type,
      data: {
        handle: holder.handle,
        effectiveAt: change.effectiveAt.toISOString(),
        registerSeq: change.registerSeq,
        receiptId: change.receiptId,
        ...(change.again && { again: true }),
        sealed: {
          token: holder.tokenSealed.toString('base64'),
          customers: holder.customersSealed.map((sealed) => sealed.toString('base64')),
        },
      } satisfies SealedChange,
    })),
  );
  const last = new Map(changes.map(({ holder, receiptId }) => [holder.operatorId, receiptId]));
  const { rows } = await tx.query<{ tenant_id: string }>(
    'SELECT tenant_id FROM operator_webhooks WHERE tenant_id = ANY($1::text[]) ORDER BY tenant_id',
    [[...last.keys()]],
  );
  await enqueueJobs(
    tx,
    propagationJobs.deliverWebhook,
    rows.map(({ tenant_id }) => ({
      data: { operatorId: tenant_id },
      key: `webhook:${tenant_id}:${last.get(tenant_id)}`,
    })),
  );
}
