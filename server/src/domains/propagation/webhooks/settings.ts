import { invalidInput, type KingaError, notFound } from '@kinga/shared/contract/errors.ts';
import { PAGE_SIZE } from '@kinga/shared/contract/fields.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { operatorPropagation } from '@kinga/shared/operators/propagation.ts';
import { beforeId } from '../../../platform/call/cursor.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Platform } from '../../../platform/context.ts';
import { newId } from '../../../platform/crypto/ids.ts';
import { actForTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import { operatorOfCall } from '../../operators/index.ts';
import { checkUrl, post } from './post.ts';
import { postSoon } from './queue.ts';
import { WEBHOOK_COLUMNS, type WebhookRow, webhookOf } from './row.ts';
import { newSecret, signedHeaders } from './sign.ts';

type Input<TName extends keyof typeof operatorPropagation> = ParsedInputOf<
  (typeof operatorPropagation)[TName]
>;
type Output<TName extends keyof typeof operatorPropagation> = OutputOf<(typeof operatorPropagation)[TName]>;

/** A new endpoint begins with whatever the operator has not acknowledged yet. */
export async function setWebhook(
  { db, crypto, config }: Platform,
  input: Input<'setWebhook'>,
  call: Call,
): Promise<Output<'setWebhook'>> {
  const url = urlOf(input.url, config.demo);
  const secret = newSecret();
  return await db.transaction(async (tx) => {
    const operatorId = await ownOperator(tx, call, input);
    const { rows } = await tx.query<WebhookRow>(
      `INSERT INTO operator_webhooks AS known (tenant_id, url, secret) VALUES ($1, $2, $3)
       ON CONFLICT (tenant_id) DO UPDATE
         SET url = excluded.url, secret = excluded.secret, old_secret = NULL,
             old_secret_ends_at = NULL, created_at = clock_timestamp(), failures = 0, next_attempt_at = NULL
       RETURNING ${WEBHOOK_COLUMNS}`,
      [operatorId, url, crypto.seal(secret)],
    );
    const [row] = rows;
    if (row === undefined) throw new Error('INSERT returned no webhook');
    await postSoon(tx, [operatorId]);
    await audit(tx, call, { action: 'webhook.set', operatorId, details: { host: new URL(url).hostname } });
    return { operatorId, webhook: webhookOf(row), secret };
  });
}

export async function getWebhook(
  { db }: Platform,
  input: Input<'webhook'>,
  call: Call,
): Promise<Output<'webhook'>> {
  return await db.transaction(async (tx) => {
    const operatorId = await ownOperator(tx, call, input);
    const row = await readWebhook(tx, operatorId);
    return { operatorId, webhook: row === undefined ? null : webhookOf(row) };
  });
}

export async function removeWebhook(
  { db }: Platform,
  input: Input<'removeWebhook'>,
  call: Call,
): Promise<Output<'removeWebhook'>> {
  return await db.transaction(async (tx) => {
    const operatorId = await ownOperator(tx, call, input);
    const { rowCount } = await tx.query('DELETE FROM operator_webhooks WHERE tenant_id = $1', [operatorId]);
    if (rowCount > 0) await audit(tx, call, { action: 'webhook.removed', operatorId });
    return { operatorId, removed: rowCount > 0 };
  });
}

/** Rotated again within an overlap, the last two secrets are the ones that are valid. */
export async function rotateWebhookSecret(
  { db, crypto }: Platform,
  input: Input<'rotateWebhookSecret'>,
  call: Call,
): Promise<Output<'rotateWebhookSecret'>> {
  const secret = newSecret();
  return await db.transaction(async (tx) => {
    const operatorId = await ownOperator(tx, call, input);
    const { rows } = await tx.query<{ ends_at: Date }>(
      `UPDATE operator_webhooks
       SET old_secret = secret, secret = $2,
           old_secret_ends_at = clock_timestamp() + $3::float8 * interval '1 hour'
       WHERE tenant_id = $1 RETURNING old_secret_ends_at AS ends_at`,
      [operatorId, crypto.seal(secret), input.overlapHours],
    );
    const [row] = rows;
    if (row === undefined) throw noWebhook();
    const { overlapHours } = input;
    await audit(tx, call, { action: 'webhook.secret-rotated', operatorId, details: { overlapHours } });
    return { operatorId, secret, oldSecretEndsAt: row.ends_at.toISOString() };
  });
}

export async function testWebhook(
  { db, crypto, config }: Platform,
  input: Input<'testWebhook'>,
  call: Call,
): Promise<Output<'testWebhook'>> {
  const { operatorId, row } = await db.transaction(async (tx) => {
    const id = await ownOperator(tx, call, input);
    const found = await readWebhook(tx, id);
    if (found === undefined) throw noWebhook();
    await audit(tx, call, { action: 'webhook.tested', operatorId: id });
    return { operatorId: id, row: found };
  });
  const id = newId('whd');
  const body = JSON.stringify({ id, operatorId, test: true, events: [] });
  const secrets = { secret: row.secret, oldSecret: row.old_secret ?? undefined };
  const headers = signedHeaders(crypto, secrets, { id, body });
  const { delivered, status, ms, failure } = await post({
    url: row.url,
    headers,
    body,
    anywhere: config.demo,
  });
  return { delivered, status, ms, failure };
}

interface DeliveryRow {
  readonly id: string;
  readonly at: Date;
  readonly after_seq: number;
  readonly up_to_seq: number;
  readonly events: number;
  readonly attempt: number;
  readonly status: number | null;
  readonly ms: number;
  readonly delivered: boolean;
  readonly failure: string | null;
  readonly answer: string | null;
}

export async function listDeliveries(
  { db }: Platform,
  input: Input<'webhookDeliveries'>,
  call: Call,
): Promise<Output<'webhookDeliveries'>> {
  const rows = await db.transaction(async (tx) => {
    const operatorId = await ownOperator(tx, call, input);
    const found = await tx.query<DeliveryRow>(
      `SELECT id, at, after_seq::float8 AS after_seq, up_to_seq::float8 AS up_to_seq, events, attempt, status,
              ms, delivered, failure, answer
       FROM webhook_deliveries WHERE tenant_id = $1 AND ($2::text IS NULL OR id < $2)
       ORDER BY id DESC LIMIT ${PAGE_SIZE + 1}`,
      [operatorId, beforeId('whd', input.cursor)],
    );
    return found.rows;
  });
  const items = rows.slice(0, PAGE_SIZE).map(({ at, after_seq, up_to_seq, ...rest }) => ({
    ...rest,
    at: at.toISOString(),
    afterSeq: after_seq,
    upToSeq: up_to_seq,
  }));
  const last = items.at(-1);
  return rows.length > PAGE_SIZE && last ? { items, nextCursor: last.id } : { items };
}

/** From here on the transaction acts for this operator. */
async function ownOperator(
  tx: Tx,
  { actor }: Call,
  input: { readonly operatorId?: string | undefined },
): Promise<string> {
  const operatorId = await operatorOfCall(tx, actor, input);
  await actForTenant(tx, operatorId);
  return operatorId;
}

async function readWebhook(tx: Tx, operatorId: string): Promise<WebhookRow | undefined> {
  const { rows } = await tx.query<WebhookRow>(
    `SELECT ${WEBHOOK_COLUMNS} FROM operator_webhooks WHERE tenant_id = $1`,
    [operatorId],
  );
  return rows[0];
}

/** What a name leads to is found out at each post; what can be seen of the URL itself is told at once. */
function urlOf(text: string, anywhere: boolean): string {
  try {
    return checkUrl(text, anywhere).href;
  } catch (error) {
    throw invalidInput('url', error instanceof Error ? error.message : 'not a URL');
  }
}

async function audit(
  tx: Tx,
  { actor, requestId }: Call,
  done: {
    readonly action: string;
    readonly operatorId: string;
    readonly details?: Readonly<Record<string, unknown>>;
  },
): Promise<void> {
  const { action, operatorId: subject, details = {} } = done;
  await recordAudit(tx, { actor, requestId, action, subject, details });
}

function noWebhook(): KingaError {
  return notFound('operatorId', 'The operator has no webhook: operators.setWebhook');
}
