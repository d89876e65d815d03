import { conflict, invalidInput, KingaError } from '@kinga/shared/contract/errors.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { operatorPropagation } from '@kinga/shared/operators/propagation.ts';
import type { Call } from '../../../platform/call/handler.ts';
import { instantOf } from '../../../platform/call/instants.ts';
import type { Platform } from '../../../platform/context.ts';
import { actForTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import { handlesOfTokens } from '../../tokens/index.ts';
import { IN_ORDER } from '../in-order.ts';
import { machineOf } from '../operator.ts';
import { SQL_TOPIC, topicOf } from '../topic.ts';
import type { AcknowledgementQueue } from './queue.ts';

type Input<TName extends keyof typeof operatorPropagation> = ParsedInputOf<
  (typeof operatorPropagation)[TName]
>;
type Output<TName extends keyof typeof operatorPropagation> = OutputOf<(typeof operatorPropagation)[TName]>;

export async function acknowledge(
  queue: AcknowledgementQueue,
  { seq, epoch }: Input<'acknowledge'>,
  call: Call,
): Promise<Output<'acknowledge'>> {
  const { actor, requestId } = call;
  const reached = await queue.submit({ operatorId: machineOf(call), seq, epoch, actor, requestId });
  if (epoch !== undefined && epoch !== reached.epoch) {
    throw conflict('epoch', 'This is of another history: go on where operators.acknowledged says');
  }
  if (seq > reached.head) throw invalidInput('seq', `beyond the last change, which is ${reached.head}`);
  return { seq: reached.seq, acknowledgedAt: reached.acknowledgedAt?.toISOString() ?? null };
}

/** Where whoever was away goes on. */
export async function acknowledged({ db }: Platform, { actor }: Call): Promise<Output<'acknowledged'>> {
  const operatorId = actor.kind === 'anonymous' ? null : actor.operatorId;
  if (operatorId === null) throw new KingaError('NOT_FOUND', 'There is no such operator');
  const rows = await db.transaction(async (tx) => {
    await actForTenant(tx, operatorId);
    const found = await tx.query<{ epoch: string; seq: number; head: number; at: Date | null }>(
      `SELECT e.epoch::text AS epoch, coalesce(o.acknowledged_seq, 0)::float8 AS seq,
              coalesce(t.head, 0)::float8 AS head, o.acknowledged_at AS at
       FROM database_epoch e
       LEFT JOIN propagation_operators o ON o.tenant_id = $1
       LEFT JOIN feed_topics t ON t.topic = ${SQL_TOPIC('$1::text')}`,
      [operatorId],
    );
    return found.rows;
  });
  const [row] = rows;
  if (row === undefined) throw new Error('the database has no epoch');
  const { at, ...position } = row;
  return { topic: topicOf(operatorId), ...position, acknowledgedAt: at?.toISOString() ?? null };
}

/** All that was told about these people so far asks for their accounts to be closed no longer. */
export async function reportClosed(
  { db, crypto }: Platform,
  { tokens, closedAt }: Input<'reportClosed'>,
  call: Call,
): Promise<Output<'reportClosed'>> {
  const operatorId = machineOf(call);
  return await db.transaction(async (tx) => {
    await actForTenant(tx, operatorId);
    const byToken = await handlesOfTokens(tx, crypto, { operatorId, tokens });
    const handles = [...new Set(byToken)];
    const now = (await tx.query<{ now: Date }>('SELECT clock_timestamp() AS now')).rows[0]?.now ?? new Date();
    const at = closedAt === undefined ? now : instantOf('closedAt', closedAt);
    if (at > now) throw invalidInput('closedAt', 'is still to come');
    if (closedAt !== undefined) await refuseEarlier(tx, { operatorId, byToken, at });
    const closed = await tx.query(
      `WITH open AS (
         SELECT r.id FROM propagation_receipts r
         WHERE r.tenant_id = $1 AND r.handle = ANY($2::text[]) AND r.closed_at IS NULL ${IN_ORDER}
       )
       UPDATE propagation_receipts r SET closed_at = $3, reported_at = $4 FROM open WHERE r.id = open.id`,
      [operatorId, handles, at, now],
    );
    const { actor, requestId } = call;
    const details = { people: handles.length, receipts: closed.rowCount, closedAt: at.toISOString() };
    await recordAudit(tx, { actor, requestId, action: 'propagation.closed', subject: operatorId, details });
    return { closedAt: at.toISOString(), reportedAt: now.toISOString(), receipts: closed.rowCount };
  });
}

/**
 * Of a person's changes the first asks for the account to be closed. While that one is in force, those after it find
 * it closed already, and who says again when it was closed says the same. Each token it is too early for is named.
 */
async function refuseEarlier(
  tx: Tx,
  { operatorId, byToken, at }: { operatorId: string; byToken: readonly string[]; at: Date },
): Promise<void> {
  const { rows } = await tx.query<{ handle: string; since: Date }>(
    `SELECT handle, min(least(committed_at, closed_at)) AS since FROM propagation_receipts
     WHERE tenant_id = $1 AND handle = ANY($2::text[]) AND must_close
       AND (closed_at IS NULL OR excluded_until IS NULL OR excluded_until > statement_timestamp())
     GROUP BY handle
     HAVING bool_or(closed_at IS NULL) AND min(least(committed_at, closed_at)) > $3`,
    [operatorId, byToken, at],
  );
  if (rows.length === 0) return;
  const message = 'before the change that asks for it was committed';
  const since = new Map(rows.map((row) => [row.handle, row.since.toISOString()]));
  const ofTokens = byToken.flatMap((handle, index) => {
    const from = since.get(handle);
    return from === undefined ? [] : [{ path: `tokens[${index}]`, message: `not closed before ${from}` }];
  });
  throw new KingaError('INVALID_INPUT', `closedAt: ${message}`, {
    details: [{ path: 'closedAt', message }, ...ofTokens],
  });
}
