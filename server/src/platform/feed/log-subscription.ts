import type { FeedEvent, FeedReset, Position } from '@kinga/shared/contract/wire.ts';
import type { Actor } from '../call/actor.ts';
import type { LogTopic } from './log-topic.ts';
import { pause } from './pause.ts';
import { enterRoom, type FeedSocket, leaveRoom } from './rooms.ts';
import type { SocketMeter } from './socket-meter.ts';

/** What a replay emits before it waits for the socket to take it. */
const REPLAY_BATCH = 64;
const RETRY_MS = 250;

/**
 * - `held`: nothing is emitted: its ack is not out yet, or a newer watch is being answered
 * - `catching-up`: events are read from the cursor and emitted to this socket alone
 * - `live`: in the topic's room
 * - `interrupted`: a reset is on its way
 * - `closed`
 */
type Mode = 'held' | 'catching-up' | 'live' | 'interrupted' | 'closed';

/** One socket's watch of one log topic. */
export class LogSubscription {
  readonly #topic: LogTopic;
  readonly #socket: FeedSocket;
  readonly #meter: SocketMeter;
  #mode: Mode = 'held';
  #cursor: number;
  /** When the event at the cursor happened: all that may be said of a socket that is behind. */
  #cursorAt: string | undefined;
  /** The head its ack spoke of: a replay goes that far without waiting for the tail. */
  target = 0;
  #replaying = false;
  #unpaced = false;
  /** Raised by a reset: what was read before it is of another history. */
  #round = 0;

  constructor(options: { topic: LogTopic; socket: FeedSocket; cursor: number }) {
    this.#topic = options.topic;
    this.#socket = options.socket;
    this.#meter = options.socket.meter;
    this.#cursor = options.cursor;
  }

  get isLive(): boolean {
    return this.#mode === 'live';
  }

  get isInterrupted(): boolean {
    return this.#mode === 'interrupted';
  }

  get actor(): Actor {
    return this.#socket.watcher.actor;
  }

  /** The ack is out. */
  begin(): void {
    if (this.#mode === 'held') this.#catchUp();
  }

  /** Stops emitting while a newer watch is being answered; returns where this one stands, if that is known. */
  hold(): number | undefined {
    if (this.#mode === 'interrupted' || this.#mode === 'closed') return undefined;
    this.#leaveRoom();
    this.#mode = 'held';
    return this.#cursor;
  }

  /** The newer watch failed: as before. */
  release(): void {
    if (this.#mode === 'held') this.#catchUp();
  }

  interrupt(): void {
    if (this.#mode === 'closed') return;
    this.#leaveRoom();
    this.#mode = 'interrupted';
  }

  restart(seq: number, reset: FeedReset): void {
    this.#round++;
    this.#cursor = seq;
    this.#cursorAt = undefined;
    this.target = seq;
    this.#socket.watcher.emit('reset', reset);
    this.#catchUp();
  }

  close(): void {
    if (this.#mode === 'closed') return;
    this.#leaveRoom();
    this.#mode = 'closed';
    const { subscriptions } = this.#topic;
    if (subscriptions.get(this.#socket.watcher.id) === this) subscriptions.delete(this.#socket.watcher.id);
  }

  /** What has been emitted to this socket, and as of when that is known to be everything. */
  head(): (Position & { asOf: string }) | undefined {
    const { epoch } = this.#topic;
    if (epoch === undefined || this.#mode === 'interrupted' || this.#mode === 'closed') return undefined;
    const complete = this.#mode === 'live' || this.#topic.waiting.has(this);
    const asOf = complete ? this.#topic.log.asOf(this.#topic.name) : this.#cursorAt;
    return asOf === undefined ? undefined : { epoch, seq: this.#position(), asOf };
  }

  /** The tail took a step while this one waited ahead of it. */
  tailMoved(): void {
    if (this.#topic.seq !== undefined && this.#cursor <= this.#topic.seq) this.#catchUp();
  }

  tellDelivered(event: FeedEvent): void {
    try {
      this.#topic.log.delivered?.(event, this.actor);
    } catch (error) {
      this.#topic.logger.error({ err: error, topic: this.#topic.name }, 'a delivery was not noted');
    }
  }

  #position(): number {
    return this.#mode === 'live' ? (this.#topic.seq ?? this.#cursor) : this.#cursor;
  }

  #leaveRoom(): void {
    this.#topic.waiting.delete(this);
    if (this.#mode !== 'live') return;
    this.#cursor = this.#position();
    leaveRoom(this.#socket.watcher, this.#topic.room);
  }

  #catchUp(): void {
    this.#mode = 'catching-up';
    this.#topic.waiting.delete(this);
    // Within this very turn: after `tailMoved` the tail may go on to the next event at once.
    if (!this.#replaying && !this.#settle()) void this.#replay();
  }

  /** Nothing to read: become live, or wait for the tail. */
  #settle(): boolean {
    const { seq } = this.#topic;
    if (seq === undefined) return true;
    if (this.#cursor === seq) {
      enterRoom(this.#socket.watcher, this.#topic.room);
      this.#mode = 'live';
      return true;
    }
    if (this.#cursor < seq || this.#cursor < this.target) return false;
    this.#topic.waiting.add(this);
    return true;
  }

  async #replay(): Promise<void> {
    this.#replaying = true;
    try {
      while (this.#mode === 'catching-up' && !this.#settle()) await this.#step();
    } finally {
      this.#replaying = false;
    }
  }

  async #step(): Promise<void> {
    try {
      // A replay never has more than one batch on its way: it is as fast as the socket reads.
      if (this.#unpaced) await this.#meter.drained();
      this.#unpaced = false;
      const round = this.#round;
      const events = await this.#read();
      if (this.#mode === 'catching-up' && round === this.#round && events !== undefined) this.#emit(events);
    } catch (error) {
      this.#topic.logger.warn({ err: error, topic: this.#topic.name }, 'a replay waits for the database');
      await pause(RETRY_MS);
    }
  }

  /** Undefined when there was nothing to wait for after all. */
  async #read(): Promise<FeedEvent[] | undefined> {
    const { seq, log, name } = this.#topic;
    if (this.#mode !== 'catching-up' || seq === undefined) return undefined;
    const recent = this.#topic.recentAfter(this.#cursor, REPLAY_BATCH);
    if (recent !== undefined && recent.length > 0) return recent;
    const upTo = Math.max(seq, this.target);
    if (upTo <= this.#cursor) return undefined;
    return log.read(name, { after: this.#cursor, upTo, limit: REPLAY_BATCH });
  }

  #emit(events: readonly FeedEvent[]): void {
    const { epoch } = this.#topic;
    if (events[0]?.seq !== this.#cursor + 1 || events[0].epoch !== epoch) {
      // Pruned meanwhile, or the database is another one now.
      this.#topic.resetOne(this, 'history-gone');
      return;
    }
    this.#unpaced = true;
    for (const event of events) {
      this.#socket.watcher.emit('event', event);
      this.#cursor = event.seq;
      this.#cursorAt = event.at;
      this.tellDelivered(event);
    }
  }
}
