import type { FeedEvent, Position, WatchAck } from '@kinga/shared/contract/wire.ts';
import type { Logger } from '../log/log.ts';
import { nobodyWaits, noSuchTopic } from './directory.ts';
import { pause } from './pause.ts';
import { enterRoom, leaveRoom, type RoomEmitter, roomOf } from './rooms.ts';
import { waitingPackets } from './socket-meter.ts';
import type { StateFrame, StateSource } from './source.ts';
import type { Watcher } from './watcher.ts';

export interface StateTopicOptions {
  readonly name: string;
  readonly source: StateSource;
  readonly rooms: RoomEmitter;
  readonly logger: Logger;
  readonly epochOf: () => string;
}

/** Packets that may wait for a socket before it is left out of the room; it gets the latest once they are gone. */
const CLOGGED_PACKETS = 16;
const RETRY_MS = 250;

/**
 * One state topic on one node. Everybody in the room has been emitted the latest frame; a socket that does not
 * keep up leaves the room and is given the then latest when it has room again, so nothing queues for it.
 */
export class StateTopic {
  readonly name: string;
  readonly source: StateSource;
  readonly subscriptions = new Map<string, StateSubscription>();
  /** Watches being set up. */
  users = 0;
  latest: StateFrame | undefined;
  /** When PostgreSQL last confirmed that there is nothing newer (ISO). */
  asOf: string | undefined;
  readonly #options: StateTopicOptions;
  readonly #room: string;
  #generation = 0;

  constructor(options: StateTopicOptions) {
    this.name = options.name;
    this.source = options.source;
    this.#options = options;
    this.#room = roomOf(options.name);
  }

  get unused(): boolean {
    return this.users === 0 && this.subscriptions.size === 0;
  }

  /** A frame from anywhere: this node, another, the database. Only a newer one is told. */
  offer(frame: StateFrame): void {
    if (this.latest !== undefined && frame.version <= this.latest.version) return;
    for (const subscription of this.subscriptions.values()) subscription.makeWayIfClogged();
    this.latest = frame;
    this.#options.rooms.toRoom(this.#room, this.#eventOf(frame));
  }

  /** Sockets that were left out and have room again get the latest. */
  serveTheLate(): void {
    for (const subscription of this.subscriptions.values()) subscription.catchUpUnlessClogged();
  }

  async watch(
    watcher: Watcher,
    { from, isAwaited }: { from: Position | undefined; isAwaited: () => boolean },
  ): Promise<[WatchAck, StateSubscription]> {
    const askedAt = new Date().toISOString();
    const frame = await this.source.current(this.name);
    if (frame === undefined) throw noSuchTopic();
    if (!isAwaited()) throw nobodyWaits();
    this.offer(frame);
    this.asOf ??= askedAt;
    const latest = this.latest ?? frame;
    const epoch = this.#options.epochOf();
    this.subscriptions.get(watcher.id)?.close();
    const resumed = from !== undefined && from.epoch === epoch && from.seq <= latest.version;
    const subscription = new StateSubscription({
      topic: this,
      watcher,
      room: this.#room,
      version: resumed ? from.seq : latest.version,
    });
    this.subscriptions.set(watcher.id, subscription);
    const { name: topic } = this;
    return [
      { topic, kind: 'state', epoch, seq: latest.version, snapshot: latest.state, resumed },
      subscription,
    ];
  }

  /** The database is another one: versions may have gone back. */
  reset(reason: string): void {
    this.latest = undefined;
    this.asOf = undefined;
    const generation = ++this.#generation;
    for (const subscription of this.subscriptions.values()) subscription.hold();
    void this.#recover(reason, generation);
  }

  emitTo(watcher: Watcher): void {
    if (this.latest !== undefined) watcher.emit('event', this.#eventOf(this.latest));
  }

  async #recover(reason: string, generation: number): Promise<void> {
    while (generation === this.#generation && this.subscriptions.size > 0) {
      try {
        const frame = await this.source.current(this.name);
        if (generation === this.#generation) this.#tellReset(frame, reason);
        return;
      } catch (error) {
        this.#options.logger.warn({ err: error, topic: this.name }, 'a reset waits for the database');
        await pause(RETRY_MS);
      }
    }
  }

  #tellReset(frame: StateFrame | undefined, reason: string): void {
    if (frame !== undefined) this.offer(frame);
    const seq = this.latest?.version ?? 0;
    const position = { topic: this.name, epoch: this.#options.epochOf(), seq };
    const reset = { ...position, ...(this.latest && { snapshot: this.latest.state }), reason };
    for (const subscription of this.subscriptions.values()) subscription.restart(seq, reset);
  }

  #eventOf(frame: StateFrame): FeedEvent {
    const { version: seq, at, state: data } = frame;
    return { topic: this.name, epoch: this.#options.epochOf(), seq, at, type: 'state', data };
  }
}

/** One socket's watch of one state topic. */
export class StateSubscription {
  readonly #topic: StateTopic;
  readonly #watcher: Watcher;
  readonly #room: string;
  #version: number;
  /**
   * - `unacked`: its ack is not out yet
   * - `held`: a reset is on its way
   * - `late`: out of the room, and owed the latest
   * - `current`: in the room
   */
  #mode: 'unacked' | 'held' | 'late' | 'current' | 'closed' = 'unacked';

  constructor(options: { topic: StateTopic; watcher: Watcher; room: string; version: number }) {
    this.#topic = options.topic;
    this.#watcher = options.watcher;
    this.#room = options.room;
    this.#version = options.version;
  }

  /** The ack is out. */
  begin(): void {
    if (this.#mode === 'unacked') this.#becomeLate();
  }

  hold(): void {
    this.#leaveRoom('held');
  }

  restart(version: number, reset: { readonly seq: number }): void {
    if (this.#mode !== 'held') return;
    this.#version = version;
    this.#watcher.emit('reset', reset);
    this.#becomeLate();
  }

  close(): void {
    this.#leaveRoom('closed');
    const { subscriptions } = this.#topic;
    if (subscriptions.get(this.#watcher.id) === this) subscriptions.delete(this.#watcher.id);
  }

  makeWayIfClogged(): void {
    if (this.#mode === 'current' && this.#isClogged()) this.#leaveRoom('late');
  }

  catchUpUnlessClogged(): void {
    const { latest } = this.#topic;
    if (this.#mode !== 'late' || latest === undefined || this.#isClogged()) return;
    if (latest.version > this.#version) this.#topic.emitTo(this.#watcher);
    this.#version = latest.version;
    this.#mode = 'current';
    enterRoom(this.#watcher, this.#room);
  }

  /** What has been emitted to this socket, and as of when nothing newer was known. */
  head(epoch: string): (Position & { asOf: string }) | undefined {
    const { latest, asOf } = this.#topic;
    if (this.#mode !== 'current' || latest === undefined || asOf === undefined) return undefined;
    return { epoch, seq: latest.version, asOf };
  }

  #becomeLate(): void {
    this.#mode = 'late';
    this.catchUpUnlessClogged();
  }

  #leaveRoom(mode: 'held' | 'late' | 'closed'): void {
    if (this.#mode === 'closed') return;
    if (this.#mode === 'current') {
      this.#version = this.#topic.latest?.version ?? this.#version;
      leaveRoom(this.#watcher, this.#room);
    }
    this.#mode = mode;
  }

  #isClogged(): boolean {
    return waitingPackets(this.#watcher.socket.conn).length > CLOGGED_PACKETS;
  }
}
