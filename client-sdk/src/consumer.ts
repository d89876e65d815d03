import type { Position } from '@kinga/shared/contract/wire.ts';
import type { HubError } from './errors.ts';

/** An item as the feed handles it; its public type names the topic. */
export interface Item extends Position {
  readonly kind: 'event' | 'snapshot' | 'reset';
  readonly topic: string;
  readonly type?: string;
  readonly at?: string;
  readonly data?: unknown;
  readonly snapshot?: unknown;
  readonly reason?: string;
}

interface Waiter {
  readonly resolve: (result: IteratorResult<Item, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

const DONE: IteratorResult<Item, undefined> = { done: true, value: undefined };

export interface ConsumerOptions {
  readonly from: Position | undefined;
  readonly bufferItems: number;
  /** The buffer ran empty after it had been full: the topic is to be resumed. */
  readonly onDrained: () => void;
}

/**
 * One watcher's end of a topic: a bounded buffer between the socket and an async iterator. A log consumer
 * whose buffer is full stops taking events and keeps its position; when the buffer is empty, the topic is
 * resumed from there. Of a state only the latest is kept, so its buffer cannot fill.
 */
export class Consumer {
  /** The last item taken into the buffer, or where the watch began. */
  position: Position | undefined;
  /** The last item read, or where the watch began: what a reader may safely resume from. */
  read: Position | undefined;
  /** True while events are let go because the buffer was full. */
  paused = false;
  ended = false;
  readonly #options: ConsumerOptions;
  #buffer: Item[] = [];
  #error: HubError | undefined;
  readonly #waiters: Waiter[] = [];

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.position = options.from;
    this.read = options.from;
  }

  /** The watch begins here, with nothing to tell. */
  begin(position: Position): void {
    this.position = position;
    this.read = position;
  }

  /** An event of a log: refused, and the consumer paused, when there is no room. */
  pushLog(item: Item): void {
    if (this.#buffer.length >= this.#options.bufferItems) this.paused = true;
    else this.#push(item);
  }

  /** A state: what has not been read yet is overtaken, except that continuity was lost. */
  pushState(item: Item): void {
    this.#buffer = this.#buffer.filter((unread) => unread.kind === 'reset').slice(-1);
    this.#push(item);
  }

  /** A snapshot of a log or a reset: always taken. One reset after another tells no more than the last. */
  pushNotice(item: Item): void {
    if (item.kind === 'reset' && this.#buffer.at(-1)?.kind === 'reset') this.#buffer.pop();
    this.#push(item);
  }

  next(): Promise<IteratorResult<Item, undefined>> {
    const item = this.#buffer.shift();
    if (item !== undefined) {
      this.read = positionOf(item);
      if (this.paused && this.#buffer.length === 0) this.#resume();
      return Promise.resolve({ done: false, value: item });
    }
    if (this.#error !== undefined) {
      const error = this.#error;
      this.#error = undefined;
      return Promise.reject(error);
    }
    if (this.ended) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /** What is in the buffer is still handed out, unless the reader itself has turned away. */
  end(options: { error?: HubError | undefined; drop?: boolean } = {}): void {
    if (this.ended) return;
    this.ended = true;
    if (options.drop) this.#buffer = [];
    const [first, ...others] = this.#waiters.splice(0);
    if (options.error === undefined) first?.resolve(DONE);
    else if (first === undefined) this.#error = options.error;
    else first.reject(options.error);
    for (const waiter of others) waiter.resolve(DONE);
  }

  #push(item: Item): void {
    this.position = positionOf(item);
    const waiter = this.#waiters.shift();
    if (waiter === undefined) {
      this.#buffer.push(item);
      return;
    }
    this.read = this.position;
    waiter.resolve({ done: false, value: item });
  }

  #resume(): void {
    this.paused = false;
    this.#options.onDrained();
  }
}

function positionOf(item: Item): Position {
  return { epoch: item.epoch, seq: item.seq };
}
