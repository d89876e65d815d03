import type { FeedEvent, FeedReset, Position, WatchAck } from '@kinga/shared/contract/wire.ts';
import { backoffMs } from './backoff.ts';
import { Consumer } from './consumer.ts';
import type { HubError } from './errors.ts';

export interface FeedOptions {
  readonly topic: string;
  /** `watch` and `unwatch`; answers run synchronously, before any event that follows them. */
  readonly ask: (
    procedure: 'watch' | 'unwatch',
    input: unknown,
    answer: { succeed(data: unknown): void; fail(error: HubError): void },
  ) => void;
  /** Nobody watches any more. */
  readonly onIdle: () => void;
}

/**
 * One topic on one connection, for all who watch it here. The hub knows one watch per topic and socket, so
 * watching again replaces: the feed asks from the earliest position any consumer needs, and each consumer
 * takes what it has not seen. Whatever goes wrong (a lost link, a gap, a full buffer, a newcomer) has the
 * same remedy: watch again from there. Only what the hub cannot resume becomes a `reset`.
 */
export class Feed {
  readonly #options: FeedOptions;
  readonly #consumers = new Set<Consumer>();
  #kind: WatchAck['kind'] | undefined;
  #epoch: string | undefined;
  #connected = false;
  /** The hub sends this topic's events to this connection. */
  #watching = false;
  /** Raised by everything that makes an answer under way obsolete. */
  #generation = 0;
  #asking = false;
  #attempt = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  asOf: string | undefined;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  join(options: { from: Position | undefined; bufferItems: number }): Consumer {
    const consumer = new Consumer({ ...options, onDrained: () => this.#sync() });
    this.#consumers.add(consumer);
    this.#sync();
    return consumer;
  }

  leave(consumer: Consumer): void {
    consumer.end({ drop: true });
    if (!this.#consumers.delete(consumer) || this.#consumers.size > 0) return;
    this.#stop();
    this.#unwatch();
    this.#options.onIdle();
  }

  /** For good: by the hub's refusal, or because the connection was closed. */
  end(error?: HubError): void {
    this.#stop();
    for (const consumer of this.#consumers) consumer.end({ error });
    this.#consumers.clear();
    this.#options.onIdle();
  }

  up(): void {
    this.#connected = true;
    this.#asking = false;
    this.#sync();
  }

  down(): void {
    this.#connected = false;
    this.#watching = false;
    this.#stop();
  }

  event(event: FeedEvent): void {
    let gap = false;
    for (const consumer of this.#consumers) gap = !this.#take(consumer, event) || gap;
    if (gap) this.#sync();
    if (this.#watching && this.#allPaused()) this.#unwatch();
  }

  reset(reset: FeedReset): void {
    for (const consumer of this.#consumers) pushReset(consumer, reset);
  }

  /** The head tells what has been emitted to this socket: a consumer behind it has missed something. */
  heartbeat(head: Position & { readonly asOf: string }): void {
    this.asOf = head.asOf;
    if (this.#asking) return;
    for (const { position, paused } of this.#consumers) {
      if (paused || position === undefined) continue;
      if (position.epoch === head.epoch && position.seq >= head.seq) continue;
      this.#sync();
      return;
    }
  }

  /** False when something between this event and the consumer's position is missing. */
  #take(consumer: Consumer, event: FeedEvent): boolean {
    const { position } = consumer;
    if (position === undefined || consumer.paused || this.#asking) return true;
    if (event.epoch !== position.epoch) return false;
    if (event.seq <= position.seq) return true;
    const item = { kind: 'event', ...event } as const;
    if (this.#kind === 'state') consumer.pushState(item);
    else if (event.seq === position.seq + 1) consumer.pushLog(item);
    else return false;
    return true;
  }

  /** Watch (again), from the earliest position needed; newcomers without one are served first. */
  #sync(): void {
    if (!this.#connected || this.#asking || this.#consumers.size === 0) return;
    const active = [...this.#consumers].filter((consumer) => !consumer.paused);
    if (active.length === 0) return;
    const from = active.some((consumer) => consumer.position === undefined)
      ? undefined
      : this.#neediest(active);
    this.#asking = true;
    const generation = ++this.#generation;
    const { topic } = this.#options;
    this.#options.ask('watch', from === undefined ? { topic } : { topic, from }, {
      succeed: (data) => {
        if (generation === this.#generation) this.#answered(data as WatchAck, from);
      },
      fail: (error) => {
        if (generation === this.#generation) this.#refused(error);
      },
    });
  }

  /** One that stands in another epoch, to learn what became of it; else the earliest. */
  #neediest(consumers: readonly Consumer[]): Position | undefined {
    let least: Position | undefined;
    for (const { position } of consumers) {
      if (position === undefined || position.epoch !== this.#epoch) return position;
      if (least === undefined || position.seq < least.seq) least = position;
    }
    return least;
  }

  #answered(ack: WatchAck, from: Position | undefined): void {
    this.#asking = false;
    this.#attempt = 0;
    this.#kind = ack.kind;
    this.#epoch = ack.epoch;
    this.#watching = true;
    let behind = false;
    for (const consumer of this.#consumers) {
      if (consumer.paused) continue;
      behind = !place(consumer, ack, from) || behind;
    }
    if (behind) this.#sync();
  }

  #refused(error: HubError): void {
    this.#asking = false;
    if (!this.#connected) return;
    if (!error.retry) {
      this.end(error);
      return;
    }
    const askedMs = error.retryAfterMs;
    const delayMs = backoffMs(this.#attempt++, { minMs: 200, maxMs: 5_000, askedMs });
    this.#asking = true;
    this.#retryTimer = setTimeout(() => {
      this.#asking = false;
      this.#sync();
    }, delayMs);
  }

  #stop(): void {
    this.#generation += 1;
    this.#asking = false;
    clearTimeout(this.#retryTimer);
  }

  #allPaused(): boolean {
    for (const consumer of this.#consumers) if (!consumer.paused) return false;
    return true;
  }

  #unwatch(): void {
    this.#watching = false;
    if (!this.#connected) return;
    const ignore = { succeed() {}, fail() {} };
    this.#options.ask('unwatch', { topic: this.#options.topic }, ignore);
  }
}

/** Puts a consumer where the hub's answer leaves it; false when it has to be asked for again from its place. */
function place(consumer: Consumer, ack: WatchAck, from: Position | undefined): boolean {
  const { position } = consumer;
  if (position === undefined) {
    if (ack.snapshot === undefined) consumer.begin({ epoch: ack.epoch, seq: ack.seq });
    else consumer.pushNotice(snapshotOf(ack));
    return true;
  }
  const same = position.epoch === ack.epoch;
  if (ack.resumed && same && from !== undefined && position.seq >= from.seq) return true;
  if (!ack.resumed && same && position.seq === ack.seq) return true;
  if (ack.kind === 'state' && same && position.seq < ack.seq && ack.snapshot !== undefined) {
    consumer.pushState(snapshotOf(ack));
    return true;
  }
  if (from?.epoch !== position.epoch || from.seq !== position.seq) return false;
  pushReset(consumer, { ...ack, reason: 'NOT_RESUMABLE' });
  return true;
}

function snapshotOf(ack: WatchAck) {
  const { topic, epoch, seq, snapshot } = ack;
  return { kind: 'snapshot', topic, epoch, seq, snapshot } as const;
}

function pushReset(consumer: Consumer, reset: FeedReset): void {
  const { topic, epoch, seq, reason, snapshot } = reset;
  consumer.paused = false;
  consumer.pushNotice({
    kind: 'reset',
    topic,
    epoch,
    seq,
    reason,
    ...(snapshot !== undefined && { snapshot }),
  });
}
