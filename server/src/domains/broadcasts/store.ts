import type { Broadcast } from '@kinga/shared/broadcasts/contract.ts';
import type { Tx } from '../../platform/db/tx.ts';

/** What has not been acknowledged waits this long. */
const WAITS = '7 days';

export const COLUMNS = 'id, audience, severity, title, body, sent_at';

export interface BroadcastRow {
  readonly id: string;
  readonly audience: string;
  readonly severity: Broadcast['severity'];
  readonly title: string;
  readonly body: string;
  readonly sent_at: Date;
}

export function broadcastOf(row: BroadcastRow): Broadcast {
  const { id, audience, severity, title, body } = row;
  return { id, audience, severity, title, body, sentAt: row.sent_at.toISOString() };
}

export interface PendingQuery {
  readonly member: string;
  readonly audiences: readonly string[];
  /** Only ids below this one: ids begin with the time, so the newest come first. */
  readonly before?: string | null;
  readonly limit: number;
}

/** What waits for a member, the newest first. */
export async function pendingOf(tx: Tx, query: PendingQuery): Promise<Broadcast[]> {
  const { rows } = await tx.query<BroadcastRow>(
    `SELECT ${COLUMNS} FROM broadcasts
     WHERE audience = ANY($1::text[]) AND sent_at > statement_timestamp() - interval '${WAITS}'
       AND ($2::text IS NULL OR id < $2)
       AND NOT EXISTS (SELECT 1 FROM broadcast_deliveries WHERE broadcast_id = broadcasts.id
                         AND member = $3 AND acknowledged_at IS NOT NULL)
     ORDER BY id DESC LIMIT $4`,
    [query.audiences, query.before ?? null, query.member, query.limit],
  );
  return rows.map(broadcastOf);
}

/** Idempotent; says when it was first acknowledged and whether that was now. */
export async function acknowledge(
  tx: Tx,
  broadcastId: string,
  member: string,
): Promise<{ acknowledgedAt: Date; isNew: boolean }> {
  const inserted = await tx.query(
    'INSERT INTO broadcast_deliveries (broadcast_id, member) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    [broadcastId, member],
  );
  const updated = await tx.query(
    `UPDATE broadcast_deliveries SET acknowledged_at = clock_timestamp()
     WHERE broadcast_id = $1 AND member = $2 AND acknowledged_at IS NULL`,
    [broadcastId, member],
  );
  if (updated.rowCount > 0) {
    await tx.query(
      'UPDATE broadcasts SET delivered = delivered + $2, acknowledged = acknowledged + 1 WHERE id = $1',
      [broadcastId, inserted.rowCount],
    );
  }
  const { rows } = await tx.query<{ acknowledged_at: Date }>(
    'SELECT acknowledged_at FROM broadcast_deliveries WHERE broadcast_id = $1 AND member = $2',
    [broadcastId, member],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('an acknowledgement left no row');
  return { acknowledgedAt: row.acknowledged_at, isNew: updated.rowCount > 0 };
}

export interface Delivery {
  readonly broadcastId: string;
  readonly member: string;
}

/** Each member counts once per broadcast, whatever node and however often it was sent to them. */
export async function insertDeliveries(tx: Tx, deliveries: readonly Delivery[]): Promise<void> {
  // Rows and counters are taken in sorted order, or two nodes could wait for each other.
  const { rows } = await tx.query<{ broadcast_id: string; members: string }>(
    `WITH inserted AS (
       INSERT INTO broadcast_deliveries (broadcast_id, member)
       SELECT broadcast_id, member FROM unnest($1::text[], $2::text[]) AS given (broadcast_id, member)
       WHERE EXISTS (SELECT 1 FROM broadcasts WHERE id = broadcast_id)
       ORDER BY broadcast_id, member
       ON CONFLICT DO NOTHING RETURNING broadcast_id
     )
     SELECT broadcast_id, count(*) AS members FROM inserted GROUP BY broadcast_id ORDER BY broadcast_id`,
    [deliveries.map((delivery) => delivery.broadcastId), deliveries.map((delivery) => delivery.member)],
  );
  for (const row of rows) {
    await tx.query('UPDATE broadcasts SET delivered = delivered + $2 WHERE id = $1', [
      row.broadcast_id,
      row.members,
    ]);
  }
}

export interface Progress {
  readonly id: string;
  readonly senderId: string;
  readonly delivered: number;
  readonly acknowledged: number;
}

/** Counts their senders have not been told of, those told within the last second left for later. */
export async function takeUntold(tx: Tx): Promise<Progress[]> {
  const { rows } = await tx.query<{ id: string; sender_id: string; delivered: string; acknowledged: string }>(
    `WITH untold AS (
       SELECT id FROM broadcasts
       WHERE (delivered <> told_delivered OR acknowledged <> told_acknowledged)
         AND told_at < statement_timestamp() - interval '1 second'
       ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
     )
     UPDATE broadcasts
     SET told_delivered = delivered, told_acknowledged = acknowledged, told_at = clock_timestamp()
     FROM untold WHERE broadcasts.id = untold.id
     RETURNING broadcasts.id, sender_id, delivered, acknowledged`,
  );
  return rows.map((row) => ({
    id: row.id,
    senderId: row.sender_id,
    delivered: Number(row.delivered),
    acknowledged: Number(row.acknowledged),
  }));
}
