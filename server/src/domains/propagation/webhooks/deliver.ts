import type { ChangeType } from '@kinga/shared/operators/propagation.ts';
import type { Platform } from '../../../platform/context.ts';
import { newId } from '../../../platform/crypto/ids.ts';
import { actForEveryTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { isSuspended } from '../../operators/index.ts';
import { acknowledgeAll } from '../acknowledgements/acknowledge.ts';
import { noteSent } from '../changes/sent.ts';
import { openChange, topicOf } from '../topic.ts';
import { type Outcome, post } from './post.ts';
import { isDueByItself, postSoon } from './queue.ts';
import { WEBHOOK_COLUMNS, type WebhookRow } from './row.ts';
import { signedHeaders } from './sign.ts';

/** Changes that one post may carry. */
const EVENTS_MAX = 100;
/** Longer than a post and what is written of it take; whoever dies in between is taken over from after it. */
const LEASE = '20 seconds';
/** 1 s, 2 s, 4 s ... a quarter of an hour. */
const REST_MS_MAX = 15 * 60_000;
const REST_DOUBLINGS_MAX = 10;

export interface DeliveryRun {
  /** Of the job: run again after its worker died, it goes on with the lease it took. */
  readonly key: string;
  readonly signal: AbortSignal;
}

/**
 * Posts an operator what it has not acknowledged, in order, one post at a time, until there is nothing left or a
 * post is not taken. Then the endpoint is left in peace for a while, for which one further job is made.
 */
export async function deliverWebhook(
  platform: Platform,
  operatorId: string,
  run: DeliveryRun,
): Promise<void> {
  const { db } = platform;
  if (!(await db.transaction((tx) => takeLease(tx, operatorId, run.key)))) return;
  for (;;) {
    if (run.signal.aborted) {
      await db.transaction((tx) => giveUpLease(tx, operatorId, run.key));
      throw new Error('stopped between two posts: run it again');
    }
    const batch = await db.transaction((tx) => nextBatch(tx, operatorId, run.key));
    if (batch === undefined) return;
    if (!(await deliverBatch(platform, operatorId, batch))) return;
  }
}

/** Under the row's lock, so that of two who come at once the second sees what the first has taken or left. */
async function takeLease(tx: Tx, operatorId: string, key: string): Promise<boolean> {
  await actForEveryTenant(tx);
  const { rowCount } = await tx.query('SELECT FROM operator_webhooks WHERE tenant_id = $1 FOR UPDATE', [
    operatorId,
  ]);
  if (rowCount === 0 || (await isSuspended(tx, operatorId))) return false;
  const taken = await tx.query(
    `UPDATE operator_webhooks SET lease_key = $2, leased_until = clock_timestamp() + interval '${LEASE}'
     WHERE tenant_id = $1
       AND (leased_until IS NULL OR leased_until < clock_timestamp() OR lease_key = $2)
       AND ($3 OR next_attempt_at IS NULL OR next_attempt_at <= clock_timestamp())`,
    [operatorId, key, isDueByItself(key)],
  );
  return taken.rowCount > 0;
}

async function giveUpLease(tx: Tx, operatorId: string, key: string): Promise<void> {
  await actForEveryTenant(tx);
  await tx.query(
    `UPDATE operator_webhooks SET lease_key = NULL, leased_until = NULL
     WHERE tenant_id = $1 AND lease_key = $2`,
    [operatorId, key],
  );
}

interface EventRow {
  readonly seq: number;
  readonly at: Date;
  readonly type: ChangeType;
  readonly data: unknown;
}

interface Batch {
  readonly webhook: WebhookRow;
  readonly epoch: string;
  readonly after: number;
  readonly upTo: number;
  readonly events: readonly EventRow[];
}

/** Undefined: nothing is left, and the lease is given back under the lock whoever comes with news waits for. */
async function nextBatch(tx: Tx, operatorId: string, key: string): Promise<Batch | undefined> {
  await actForEveryTenant(tx);
  const { rows } = await tx.query<WebhookRow>(
    `SELECT ${WEBHOOK_COLUMNS} FROM operator_webhooks WHERE tenant_id = $1 AND lease_key = $2 FOR UPDATE`,
    [operatorId, key],
  );
  const [webhook] = rows;
  // Removed meanwhile, or taken over because this process was frozen.
  if (webhook === undefined) return undefined;
  // What it is not told now it is told when it is reinstated.
  if (await isSuspended(tx, operatorId)) {
    await giveUpLease(tx, operatorId, key);
    return undefined;
  }
  const place = await tx.query<{ epoch: string; after: number }>(
    `SELECT epoch::text AS epoch, coalesce((SELECT acknowledged_seq FROM propagation_operators
                                            WHERE tenant_id = $1), 0)::float8 AS after
     FROM database_epoch`,
    [operatorId],
  );
  const { epoch = '', after = 0 } = place.rows[0] ?? {};
  const events = await tx.query<EventRow>(
    `SELECT seq::float8 AS seq, at, type, data FROM feed_events
     WHERE topic = $1 AND seq > $2 ORDER BY feed_events.seq LIMIT ${EVENTS_MAX}`,
    [topicOf(operatorId), after],
  );
  const last = events.rows.at(-1);
  if (last === undefined) {
    await giveUpLease(tx, operatorId, key);
    return undefined;
  }
  await tx.query(
    `UPDATE operator_webhooks SET leased_until = clock_timestamp() + interval '${LEASE}' WHERE tenant_id = $1`,
    [operatorId],
  );
  return { webhook, epoch, after, upTo: last.seq, events: events.rows };
}

/** False when it was not taken. */
async function deliverBatch(platform: Platform, operatorId: string, batch: Batch): Promise<boolean> {
  const { db } = platform;
  const id = newId('whd');
  const outcome = await post(messageOf(platform, operatorId, id, batch));
  const receipts = batch.events.map(({ data }) => openChange(platform.crypto, data).receiptId);
  const sendings = receipts.map((receiptId) => ({ id: receiptId, agoMs: outcome.ms, attempts: 1 }));
  // By itself: an acknowledgement takes the operator's position before its receipts.
  await db.transaction((tx) => noteSent(tx, sendings));
  return await db.transaction(async (tx) => {
    await actForEveryTenant(tx);
    await recordDelivery(tx, { id, operatorId, batch, outcome });
    if (!outcome.delivered) {
      await rest(tx, operatorId, batch.webhook);
      return false;
    }
    await acknowledgeAll(tx, [{ operatorId, seq: batch.upTo, actor: 'system' }]);
    await tx.query('UPDATE operator_webhooks SET failures = 0, next_attempt_at = NULL WHERE tenant_id = $1', [
      operatorId,
    ]);
    return true;
  });
}

function messageOf({ crypto, config }: Platform, operatorId: string, id: string, batch: Batch) {
  const { webhook, epoch, events } = batch;
  const body = JSON.stringify({
    id,
    operatorId,
    topic: topicOf(operatorId),
    epoch,
    events: events.map(({ seq, at, type, data }) => ({
      seq,
      at: at.toISOString(),
      type,
      data: openChange(crypto, data),
    })),
  });
  const secrets = { secret: webhook.secret, oldSecret: webhook.old_secret ?? undefined };
  const headers = signedHeaders(crypto, secrets, { id, body });
  return { url: webhook.url, headers, body, anywhere: config.demo };
}

async function recordDelivery(
  tx: Tx,
  { id, operatorId, batch, outcome }: { id: string; operatorId: string; batch: Batch; outcome: Outcome },
): Promise<void> {
  const { status, ms, delivered, failure, answer } = outcome;
  await tx.query(
    `INSERT INTO webhook_deliveries (id, tenant_id, after_seq, up_to_seq, events, attempt, status, ms,
                                     delivered, failure, answer)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      id,
      operatorId,
      batch.after,
      batch.upTo,
      batch.events.length,
      batch.webhook.failures + 1,
      ...[status, ms, delivered, failure, answer],
    ],
  );
}

/** An endpoint that took the place of this one meanwhile has failed at nothing: it is posted to at once. */
async function rest(tx: Tx, operatorId: string, failed: WebhookRow): Promise<void> {
  const { failures, created_at: createdAt } = failed;
  const ms = Math.min(1_000 * 2 ** Math.min(failures, REST_DOUBLINGS_MAX), REST_MS_MAX);
  const { rows } = await tx.query<{ next_attempt_at: Date | null }>(
    `UPDATE operator_webhooks AS w
     SET failures = w.failures + same.one,
         next_attempt_at = CASE WHEN same.one = 1
                                THEN clock_timestamp() + $2::float8 * interval '1 millisecond' END,
         lease_key = NULL, leased_until = NULL
     FROM (SELECT (created_at = $3)::int AS one FROM operator_webhooks WHERE tenant_id = $1 FOR UPDATE) AS same
     WHERE w.tenant_id = $1 RETURNING w.next_attempt_at`,
    [operatorId, ms, createdAt],
  );
  await postSoon(tx, [operatorId], rows[0]?.next_attempt_at ?? undefined);
}
