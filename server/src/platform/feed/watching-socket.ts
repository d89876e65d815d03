import type { Position } from '@kinga/shared/contract/wire.ts';
import type { LogSubscription } from './log-subscription.ts';
import type { FeedSocket } from './rooms.ts';
import { heldBytes, SocketMeter, topicOfPacket } from './socket-meter.ts';
import type { StateSubscription } from './state-topic.ts';
import type { Watcher } from './watcher.ts';

export type Subscription =
  | { readonly kind: 'log'; readonly of: LogSubscription }
  | { readonly kind: 'state'; readonly of: StateSubscription };

/**
 * Answers are no reason to close a slow reader, but somebody who asks and never reads would fill the memory with
 * them. A second of the most lookups a key may ask for is less than this.
 */
const HELD_BYTES_MAX = 64 * 1024 * 1024;

/** One topic of one socket: its watch, and the watches of it that are still being answered, one after another. */
export interface Slot {
  subscription: Subscription | undefined;
  /** Watches asked for, answered or not. */
  turns: number;
  /** Watches up to this turn were unwatched before they were answered. */
  cancelledTurns: number;
  unanswered: number;
  chain: Promise<unknown>;
}

/** One socket with everything it watches. */
export class WatchingSocket implements FeedSocket {
  readonly watcher: Watcher;
  readonly slots = new Map<string, Slot>();
  nextHeartbeatMs: number;
  readonly heartbeatMs: number;
  /** Since when nothing of what is unread has moved. */
  #stalledSinceMs: number | undefined;
  #wasOverLimit = false;
  #heldTooMuch = false;
  #meter: SocketMeter | undefined;

  constructor(watcher: Watcher, heartbeatMs: number) {
    this.watcher = watcher;
    this.heartbeatMs = heartbeatMs;
    this.nextHeartbeatMs = performance.now() + heartbeatMs;
  }

  /** Only who watches a log needs one: from the first, what is unread is counted. */
  get meter(): SocketMeter {
    this.#meter ??= new SocketMeter(this.watcher.socket.conn, (data) => this.#weigh(data));
    return this.#meter;
  }

  slot(topic: string): Slot {
    const known = this.slots.get(topic);
    if (known) return known;
    const slot: Slot = {
      subscription: undefined,
      turns: 0,
      cancelledTurns: 0,
      unanswered: 0,
      chain: Promise.resolve(),
    };
    this.slots.set(topic, slot);
    return slot;
  }

  drop(topic: string, slot: Slot): void {
    const idle = slot.subscription === undefined && slot.unanswered === 0;
    if (idle && this.slots.get(topic) === slot) this.slots.delete(topic);
  }

  heads(epoch: string): Record<string, Position & { asOf: string }> {
    const heads: Record<string, Position & { asOf: string }> = {};
    for (const [topic, { subscription }] of this.slots) {
      const head = subscription?.of.head(epoch);
      if (head) heads[topic] = head;
    }
    return heads;
  }

  /**
   * Why this socket must go, if it must. Over the size at two looks in succession: what was written in one turn
   * of the event loop had no chance to leave yet, and is not held against a fast consumer.
   */
  slowness(limits: { unreadEventBytes: number; unreadEventMs: number }): string | undefined {
    const heldTooMuch = this.#heldTooMuch;
    this.#heldTooMuch = heldBytes(this.watcher.socket.conn) > HELD_BYTES_MAX;
    if (this.#heldTooMuch && heldTooMuch) return `Over ${HELD_BYTES_MAX} bytes of answers not read`;
    if (this.#meter === undefined) return undefined;
    const unreadBytes = this.#meter.unreadBytes();
    const moved = this.#meter.progressed();
    const wasOverLimit = this.#wasOverLimit;
    this.#wasOverLimit = unreadBytes > limits.unreadEventBytes;
    if (this.#wasOverLimit && wasOverLimit) return `Over ${limits.unreadEventBytes} bytes of unread events`;
    const nowMs = performance.now();
    if (unreadBytes === 0) this.#stalledSinceMs = undefined;
    else if (moved) this.#stalledSinceMs = nowMs;
    else this.#stalledSinceMs ??= nowMs;
    if (this.#stalledSinceMs === undefined || nowMs - this.#stalledSinceMs < limits.unreadEventMs)
      return undefined;
    return `No event read for ${limits.unreadEventMs} ms`;
  }

  dispose(): void {
    for (const slot of this.slots.values()) {
      slot.cancelledTurns = slot.turns;
      slot.subscription?.of.close();
      slot.subscription = undefined;
    }
    this.slots.clear();
    this.#meter?.dispose();
  }

  /** States and replays do not count: neither ever queues more than a little. */
  #weigh(data: string): number {
    const topic = topicOfPacket(data);
    if (topic === undefined) return 0;
    const subscription = this.slots.get(topic)?.subscription;
    return subscription?.kind === 'log' && subscription.of.isLive ? data.length : 0;
  }
}
