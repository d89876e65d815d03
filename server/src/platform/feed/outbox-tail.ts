import type { FeedEvent, Position } from '@kinga/shared/contract/wire.ts';
import type { Database } from '../db/database.ts';
import { Tail } from '../db/tail.ts';
import type { Tx } from '../db/tx.ts';
import type { Logger } from '../log/log.ts';
import { FEED_CHANNEL } from '../outbox/relay.ts';
import type { FollowedLog } from './log-topic.ts';
import type { OutboxLog } from './source.ts';

const BATCH = 500;

export interface OutboxTailOptions {
  readonly db: Database;
  readonly log: Logger;
  /** Every event of every topic, in order, once. */
  readonly onEvent: (event: FeedEvent) => void;
  /** A restored backup, or a failover that lost something: what was told before is of another history. */
  readonly onEpochChange: (epoch: string) => void;
}

interface Row {
  readonly topic: string;
  readonly seq: string;
  readonly at: Date;
  readonly type: string;
  readonly data: unknown;
}
/** Beside each event what is true of the database as a whole; alone in the one row when there is no event. */
type TailRow = { readonly epoch: string; readonly as_of: Date } & (
  | (Row & { readonly position: string })
  | { readonly position: null }
);

/** Follows `feed_events` over all topics by position. Positions become visible in order, so `>` misses none. */
export class OutboxTail {
  readonly tail: Tail;
  readonly #options: OutboxTailOptions;
  #epoch = '';
  #position: string | undefined;
  #asOf = '';

  constructor(options: OutboxTailOptions) {
    this.#options = options;
    this.tail = new Tail({
      db: options.db,
      log: options.log,
      name: 'feed-tail',
      channel: FEED_CHANNEL,
      read: (tx) => this.#read(tx),
    });
  }

  get epoch(): string {
    return this.#epoch;
  }

  /** A declared outbox log as the feed follows any log. */
  follow(log: OutboxLog): FollowedLog {
    const { snapshot, exists, open, delivered } = log;
    return {
      topic: log.topic,
      resetsItself: false,
      asOf: () => this.#asOf,
      head: (name) => this.#headOf(name),
      read: async (name, range) => {
        const events = await this.#readEvents(name, range);
        return open === undefined
          ? events
          : events.map((event) => ({ ...event, data: open.call(log, event.data) }));
      },
      oldest: (name) => this.#oldestOf(name),
      ...(snapshot && { snapshot: (name, actor) => snapshot.call(log, name, actor) }),
      ...(exists && { exists: (name) => exists.call(log, name) }),
      ...(open && { open: (data) => open.call(log, data) }),
      ...(delivered && { delivered: (event, actor) => delivered.call(log, event, actor) }),
    };
  }

  async #read(tx: Tx): Promise<void> {
    for (;;) {
      if (this.#position === undefined) await this.#begin(tx);
      const { rows } = await tx.query<TailRow>(NEXT, [this.#position, BATCH]);
      const first = rows[0];
      if (first === undefined) return;
      if (first.epoch !== this.#epoch) {
        this.#position = undefined;
        continue;
      }
      for (const row of rows) if (row.position !== null) this.#take(row);
      if (rows.length < BATCH) {
        this.#asOf = first.as_of.toISOString();
        return;
      }
    }
  }

  /** Whoever watches reads the head of its topic after this, so what came before is nobody's from here. */
  async #begin(tx: Tx): Promise<void> {
    const { rows } = await tx.query<{ epoch: string; position: string; as_of: Date }>(
      `SELECT epoch, statement_timestamp() AS as_of,
              (SELECT coalesce(max(position), 0) FROM feed_events) AS position
       FROM database_epoch`,
    );
    const row = rows[0];
    if (row === undefined) throw new Error('the database has no epoch');
    const changed = this.#epoch !== '' && row.epoch !== this.#epoch;
    this.#position = row.position;
    this.#epoch = row.epoch;
    this.#asOf = row.as_of.toISOString();
    if (changed) this.#options.onEpochChange(row.epoch);
  }

  #take(row: Row & { readonly position: string }): void {
    this.#position = row.position;
    this.#options.onEvent(eventOf(row, this.#epoch));
  }

  async #headOf(topic: string): Promise<Position> {
    const { rows } = await this.#options.db.query<{ epoch: string; head: string }>(
      `SELECT e.epoch, coalesce(t.head, 0) AS head
       FROM database_epoch e LEFT JOIN feed_topics t ON t.topic = $1`,
      [topic],
    );
    const row = rows[0];
    if (row === undefined) throw new Error('the database has no epoch');
    return { epoch: row.epoch, seq: Number(row.head) };
  }

  async #readEvents(
    topic: string,
    range: { after: number; upTo: number; limit: number },
  ): Promise<FeedEvent[]> {
    const { rows } = await this.#options.db.query<Row & { epoch: string }>(
      `SELECT e.epoch, f.topic, f.seq, f.at, f.type, f.data FROM database_epoch e, feed_events f
       WHERE f.topic = $1 AND f.seq > $2 AND f.seq <= $3 ORDER BY f.seq LIMIT $4`,
      [topic, range.after, range.upTo, range.limit],
    );
    return rows.map((row) => eventOf(row, row.epoch));
  }

  async #oldestOf(topic: string): Promise<number> {
    const { rows } = await this.#options.db.query<{ oldest: string }>(
      `SELECT coalesce(
         (SELECT min(seq) - 1 FROM feed_events WHERE topic = $1),
         (SELECT head FROM feed_topics WHERE topic = $1), 0) AS oldest`,
      [topic],
    );
    return Number(rows[0]?.oldest ?? 0);
  }
}

const NEXT = `
  SELECT e.epoch, statement_timestamp() AS as_of, f.*
  FROM database_epoch e LEFT JOIN LATERAL (
    SELECT position, topic, seq, at, type, data FROM feed_events
    WHERE position > $1 ORDER BY position LIMIT $2
  ) f ON true
  ORDER BY f.position`;

/** The topic comes first: an encoded event is known by its first bytes. */
function eventOf(row: Row, epoch: string): FeedEvent {
  return {
    topic: row.topic,
    epoch,
    seq: Number(row.seq),
    at: row.at.toISOString(),
    type: row.type,
    data: row.data,
  };
}
