import type { Topic } from '@kinga/shared/contract/topic.ts';
import type { FeedEvent, Position } from '@kinga/shared/contract/wire.ts';
import type { Actor } from '../call/actor.ts';

/**
 * Where a log topic's events come from. The outbox-fed topics share one source over `feed_events`; the
 * register's own log is another. A source calls `emit` for each event in order, once, after the commit.
 */
export interface LogSource {
  readonly topic: Topic;
  /** The database's head: asked whenever a client claims to be ahead of this node's tail. */
  head(name: string): Promise<Position>;
  /** What this node's tail has emitted so far, and when the database last confirmed it (ISO). */
  emitted(name: string): Position & { readonly asOf: string };
  /** Events with `after < seq <= upTo` in order, at most `limit`; fewer than asked for only at the end. */
  read(name: string, range: { after: number; upTo: number; limit: number }): Promise<FeedEvent[]>;
  /** The oldest seq a watcher may still stand at: resuming from before it is not possible. */
  oldest(name: string): Promise<number>;
  snapshot?(name: string, actor: Actor): Promise<unknown>;
  /** Is there such a topic at all? A missing one and a forbidden one get the same answer. */
  exists?(name: string): Promise<boolean>;
}

/**
 * A log topic fed by the outbox: `appendEvents` in the transaction, numbered by the relay, tailed from
 * `feed_events` by every node. The feed itself is its LogSource; a domain only declares this.
 */
export interface OutboxLog {
  readonly topic: Topic;
  /** Needed when the topic's access is `member`. */
  authorize?(actor: Actor, parameter: string): boolean;
  snapshot?(name: string, actor: Actor): Promise<unknown>;
  exists?(name: string): Promise<boolean>;
  /** What of an event's data is sealed at rest is opened here, once a node, on its way to the watchers. */
  open?(data: unknown): unknown;
  /** Called on the node after an event (live or replayed) was emitted to a watcher's socket. */
  delivered?(event: FeedEvent, actor: Actor): void;
}

/** A state topic: the whole state under a version that only rises, always readable from PostgreSQL. */
export interface StateSource {
  readonly topic: Topic;
  /** Undefined when there is no such topic. */
  current(name: string): Promise<StateFrame | undefined>;
  /**
   * The frames of those names whose version is above the known one: one query for all, asked for watched
   * topics only. This is what makes the latest arrive within a second without Redis.
   */
  newer(known: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, StateFrame>>;
}

export interface StateFrame {
  readonly version: number;
  /** ISO */
  readonly at: string;
  readonly state: unknown;
}
