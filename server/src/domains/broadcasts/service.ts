import type { Broadcast, broadcasts } from '@kinga/shared/broadcasts/contract.ts';
import { KingaError, notFound } from '@kinga/shared/contract/errors.ts';
import { PAGE_SIZE } from '@kinga/shared/contract/fields.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { Actor } from '../../platform/call/actor.ts';
import { who } from '../../platform/call/by.ts';
import { beforeId } from '../../platform/call/cursor.ts';
import type { Call } from '../../platform/call/handler.ts';
import { idempotent } from '../../platform/call/idempotency.ts';
import type { Platform } from '../../platform/context.ts';
import { newId } from '../../platform/crypto/ids.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { recordAudit } from '../../platform/outbox/audit.ts';
import { appendEvents } from '../../platform/outbox/outbox.ts';
import { operatorExists } from '../operators/index.ts';
import type { Deliveries } from './deliveries.ts';
import { audiencesOf, isMember, memberOf } from './members.ts';
import * as store from './store.ts';

const OPERATOR = 'operator:';
/** A watcher is shown this many at most; `broadcasts.pending` has the rest. */
const SNAPSHOT_MAX = 100;

export class BroadcastService {
  readonly #platform: Platform;
  readonly #deliveries: Deliveries;

  constructor(platform: Platform, deliveries: Deliveries) {
    this.#platform = platform;
    this.#deliveries = deliveries;
  }

  async send(input: ParsedInputOf<typeof broadcasts.send>, call: Call): Promise<Broadcast> {
    const { db, crypto } = this.#platform;
    return await db.transaction((tx) =>
      idempotent(tx, crypto, { call, input }, () => insertBroadcast(tx, input, call)),
    );
  }

  async get(id: string, call: Call): Promise<OutputOf<typeof broadcasts.get>> {
    const sender = call.actor.kind === 'account' ? call.actor.accountId : undefined;
    const { rows } = await this.#platform.db.query<
      store.BroadcastRow & { delivered: string; acknowledged: string }
    >(`SELECT ${store.COLUMNS}, delivered, acknowledged FROM broadcasts WHERE id = $1 AND sender_id = $2`, [
      id,
      sender,
    ]);
    const [row] = rows;
    if (row === undefined) throw unknownBroadcast();
    const counts = { delivered: Number(row.delivered), acknowledged: Number(row.acknowledged) };
    return { ...store.broadcastOf(row), counts };
  }

  async pending(
    input: ParsedInputOf<typeof broadcasts.pending>,
    call: Call,
  ): Promise<OutputOf<typeof broadcasts.pending>> {
    const found = await store.pendingOf(this.#platform.db, {
      member: memberOf(call.actor),
      audiences: audiencesOf(call.actor),
      before: beforeId('brc', input.cursor),
      limit: PAGE_SIZE + 1,
    });
    const items = found.slice(0, PAGE_SIZE);
    this.#read(items, call.actor);
    const last = items.at(-1);
    return found.length > PAGE_SIZE && last ? { items, nextCursor: last.id } : { items };
  }

  /** What a watcher of one audience has not acknowledged yet. */
  async snapshot(audience: string, actor: Actor): Promise<{ pending: Broadcast[] }> {
    const pending = await store.pendingOf(this.#platform.db, {
      member: memberOf(actor),
      audiences: [audience],
      limit: SNAPSHOT_MAX,
    });
    this.#read(pending, actor);
    return { pending };
  }

  async acknowledge(id: string, call: Call): Promise<OutputOf<typeof broadcasts.acknowledge>> {
    const acknowledgedAt = await this.#platform.db.transaction(async (tx) => {
      const { rows } = await tx.query<{ audience: string }>('SELECT audience FROM broadcasts WHERE id = $1', [
        id,
      ]);
      const [row] = rows;
      if (row === undefined || !isMember(call.actor, row.audience)) throw unknownBroadcast();
      const done = await store.acknowledge(tx, id, memberOf(call.actor));
      if (done.isNew) await recordAudit(tx, { ...who(call), action: 'broadcast.acknowledged', subject: id });
      return done.acknowledgedAt;
    });
    this.#deliveries.changed();
    return { id, acknowledgedAt: acknowledgedAt.toISOString() };
  }

  /** Handed to somebody who asked counts as delivered too. */
  #read(read: readonly Broadcast[], actor: Actor): void {
    const member = memberOf(actor);
    for (const { id } of read) this.#deliveries.add({ broadcastId: id, member });
  }
}

async function insertBroadcast(
  tx: Tx,
  input: ParsedInputOf<typeof broadcasts.send>,
  call: Call,
): Promise<Broadcast> {
  const { audience, severity, title, body } = input;
  if (call.actor.kind !== 'account')
    throw new KingaError('FORBIDDEN', 'Only an account can send a broadcast');
  if (audience.startsWith(OPERATOR) && !(await operatorExists(tx, audience.slice(OPERATOR.length)))) {
    throw notFound('audience', 'There is no such operator');
  }
  const { rows } = await tx.query<store.BroadcastRow>(
    `INSERT INTO broadcasts (id, sender_id, audience, severity, title, body)
     VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${store.COLUMNS}`,
    [newId('brc'), call.actor.accountId, audience, severity, title, body],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('INSERT returned no broadcast');
  const broadcast = store.broadcastOf(row);
  await appendEvents(tx, [{ topic: `broadcasts/${audience}`, type: 'sent', data: broadcast }]);
  await recordAudit(tx, {
    ...who(call),
    action: 'broadcast.sent',
    subject: broadcast.id,
    details: { audience, severity },
  });
  return broadcast;
}

function unknownBroadcast(): KingaError {
  return notFound('id', 'There is no such broadcast');
}
