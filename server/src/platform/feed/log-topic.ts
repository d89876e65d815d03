import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { FeedEvent, Position, WatchAck } from '@kinga/shared/contract/wire.ts';
import type { Actor } from '../call/actor.ts';
import type { Logger } from '../log/log.ts';
import { nobodyWaits } from './directory.ts';
import { LogSubscription } from './log-subscription.ts';
import { pause } from './pause.ts';
import type { FeedSocket, RoomEmitter } from './rooms.ts';
import { roomOf } from './rooms.ts';
import type { LogSource, OutboxLog } from './source.ts';

/** A log as the feed follows it: where its events come from, and who wants to hear of deliveries. */
export interface FollowedLog extends Omit<LogSource, 'emitted'> {
  /** When the database last confirmed what this node's tail has emitted (ISO). */
  asOf(name: string): string;
  /** The source follows its history by itself and says when it broke: until then its events are of the one before. */
  readonly resetsItself: boolean;
  readonly open?: NonNullable<OutboxLog['open']>;
  readonly delivered?: NonNullable<OutboxLog['delivered']>;
}

export interface LogTopicOptions {
  readonly name: string;
  readonly log: FollowedLog;
  readonly rooms: RoomEmitter;
  readonly logger: Logger;
  readonly onReset: () => void;
}

/** The latest events, so that a replay ends at the live stream without a last race against the database. */
const RECENT_EVENTS_MAX = 100;
const RETRY_MS = 250;
/** Resets that may come between the beginning and the end of one watch before it is given up. */
const ATTEMPTS_MAX = 5;

/**
 * One log topic on one node.
 *
 * `seq` is what live watchers have been emitted: it begins as the database's head, read after the topic was
 * registered here, and then follows the tail one by one; what the tail still has from before that head is not
 * for anybody here. A watcher is *live* (in the room, one encoding for all) or *catching up* (read from its own
 * cursor, paced); it becomes live in the one synchronous step in which its cursor equals `seq`, so nothing is
 * lost or doubled between the two. After a break every watcher is told `reset` and begins at the new head.
 */
export class LogTopic {
  readonly name: string;
  readonly room: string;
  readonly log: FollowedLog;
  readonly rooms: RoomEmitter;
  readonly logger: Logger;
  readonly subscriptions = new Map<string, LogSubscription>();
  /** Subscriptions that have read beyond `seq` and wait for the tail to come to them. */
  readonly waiting = new Set<LogSubscription>();
  /** Watches being set up: the topic is followed for them already. */
  users = 0;
  seq: number | undefined;
  epoch: string | undefined;
  readonly #onReset: () => void;
  #heardSeq = 0;
  #generation = 0;
  #recent: FeedEvent[] = [];
  #headRead: Promise<void> | undefined;

  constructor(options: LogTopicOptions) {
    this.name = options.name;
    this.room = roomOf(options.name);
    this.log = options.log;
    this.rooms = options.rooms;
    this.logger = options.logger;
    this.#onReset = options.onReset;
  }

  get unused(): boolean {
    return this.users === 0 && this.subscriptions.size === 0;
  }

  /** The tail's next event. */
  take(told: FeedEvent): void {
    const event = this.log.open === undefined ? told : { ...told, data: this.log.open(told.data) };
    if (this.seq === undefined) this.#remember(event);
    else if (event.epoch !== this.epoch) this.reset('epoch-changed');
    else if (event.seq > this.seq + 1) this.reset('history-gone');
    else if (event.seq === this.seq + 1) this.#tell(event);
  }

  /** Events right after the cursor, if the node still has them in memory. */
  recentAfter(cursor: number, limit: number): FeedEvent[] | undefined {
    const first = this.#recent[0];
    if (first === undefined || first.seq > cursor + 1) return undefined;
    const start = cursor + 1 - first.seq;
    return this.#recent.slice(start, start + limit);
  }

  /** Begins or replaces a socket's watch; nothing is emitted before `subscription.begin()`. */
  async watch(
    socket: FeedSocket,
    { from, isAwaited }: { from: Position | undefined; isAwaited: () => boolean },
  ): Promise<[WatchAck, LogSubscription]> {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      await this.#readHead();
      const generation = this.#generation;
      const old = this.subscriptions.get(socket.watcher.id);
      const oldCursor = old?.hold();
      try {
        const answer = await this.#answer(socket.watcher.actor, { from, oldCursor });
        if (answer === undefined || generation !== this.#generation) continue;
        if (!isAwaited()) throw nobodyWaits();
        old?.close();
        const subscription = new LogSubscription({ topic: this, socket, cursor: answer.cursor });
        subscription.target = answer.ack.seq;
        this.subscriptions.set(socket.watcher.id, subscription);
        return [answer.ack, subscription];
      } finally {
        old?.release();
      }
    }
    throw new KingaError('UNAVAILABLE', 'This topic is being set up anew', { retryAfterMs: 1_000 });
  }

  /** What came between is unknown: every watcher is told, and goes on from the database's head. */
  reset(reason: string): void {
    this.#onReset();
    this.#generation++;
    this.seq = undefined;
    this.#heardSeq = 0;
    this.#recent = [];
    const broken = [...this.subscriptions.values()];
    for (const subscription of broken) subscription.interrupt();
    if (broken.length > 0) void this.#recover(broken, reason);
  }

  /** One watcher's history went away while it was replayed. */
  resetOne(subscription: LogSubscription, reason: string): void {
    this.#onReset();
    subscription.interrupt();
    void this.#recover([subscription], reason);
  }

  async #recover(broken: LogSubscription[], reason: string): Promise<void> {
    const generation = this.#generation;
    while (generation === this.#generation) {
      const still = broken.filter((subscription) => subscription.isInterrupted);
      if (still.length === 0) return;
      try {
        await this.#readHead();
        for (const subscription of still) await this.#resume(subscription, { reason, generation });
      } catch (error) {
        this.logger.warn({ err: error, topic: this.name }, 'a reset waits for the database');
        await pause(RETRY_MS);
      }
    }
  }

  async #resume(
    subscription: LogSubscription,
    { reason, generation }: { reason: string; generation: number },
  ): Promise<void> {
    const { seq, epoch } = this;
    if (seq === undefined || epoch === undefined || generation !== this.#generation) return;
    // The seq first: the snapshot may then hold more than it, never less.
    const snapshot = await this.log.snapshot?.(this.name, subscription.actor);
    if (generation !== this.#generation || !subscription.isInterrupted) return;
    const position = { topic: this.name, epoch, seq };
    subscription.restart(seq, { ...position, ...(snapshot !== undefined && { snapshot }), reason });
  }

  /** Where a watch begins, and what its ack says; undefined when the topic was reset meanwhile. */
  async #answer(
    actor: Actor,
    { from, oldCursor }: { from: Position | undefined; oldCursor: number | undefined },
  ): Promise<{ ack: WatchAck; cursor: number } | undefined> {
    const { seq, epoch } = this;
    if (seq === undefined || epoch === undefined) return undefined;
    const base = { topic: this.name, kind: 'log', epoch } as const;
    if (from !== undefined) {
      const head = await this.#headFor(from);
      if (head?.epoch !== epoch) return undefined;
      if (await this.#isResumable(from, head)) {
        return { ack: { ...base, seq: head.seq, resumed: true }, cursor: from.seq };
      }
    }
    // Watching again without a place to resume from goes on where this socket's last event left off.
    const cursor = oldCursor ?? seq;
    const snapshot = await this.log.snapshot?.(this.name, actor);
    return {
      ack: { ...base, seq: cursor, ...(snapshot !== undefined && { snapshot }), resumed: false },
      cursor,
    };
  }

  /** This node's head will do for a place behind it; for any other the database is asked. */
  async #headFor(from: Position): Promise<Position | undefined> {
    const { seq, epoch } = this;
    if (seq === undefined || epoch === undefined) return undefined;
    if (from.epoch === epoch && from.seq <= seq) return { epoch, seq };
    const head = await this.log.head(this.name);
    if (head.epoch !== this.epoch && this.seq !== undefined) this.reset('epoch-changed');
    return head;
  }

  async #isResumable(from: Position, head: Position): Promise<boolean> {
    if (from.epoch !== head.epoch || from.seq > head.seq) return false;
    if (from.seq === head.seq || this.recentAfter(from.seq, 1) !== undefined) return true;
    return from.seq >= (await this.log.oldest(this.name));
  }

  async #readHead(): Promise<void> {
    while (this.seq === undefined) {
      this.#headRead ??= this.#begin().finally(() => {
        this.#headRead = undefined;
      });
      await this.#headRead;
    }
  }

  async #begin(): Promise<void> {
    const generation = this.#generation;
    const head = await this.log.head(this.name);
    if (generation !== this.#generation) return;
    this.epoch = head.epoch;
    this.seq = Math.max(head.seq, this.#heardSeq);
  }

  #tell(event: FeedEvent): void {
    this.seq = event.seq;
    this.#remember(event);
    this.rooms.toRoom(this.room, event);
    this.#tellDelivered(event);
    for (const subscription of this.waiting) subscription.tailMoved();
  }

  #remember(event: FeedEvent): void {
    this.#heardSeq = event.seq;
    if ((this.#recent.at(-1)?.seq ?? event.seq - 1) !== event.seq - 1) this.#recent = [];
    this.#recent.push(event);
    if (this.#recent.length > RECENT_EVENTS_MAX) this.#recent.shift();
  }

  #tellDelivered(event: FeedEvent): void {
    if (this.log.delivered === undefined) return;
    for (const subscription of this.subscriptions.values()) {
      if (subscription.isLive) subscription.tellDelivered(event);
    }
  }
}
