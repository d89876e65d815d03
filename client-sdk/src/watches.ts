import type { FeedEvent, FeedReset, Heartbeat } from '@kinga/shared/contract/wire.ts';
import type { TopicName } from '@kinga/shared/contract.ts';
import type { Calls } from './calls.ts';
import type { Consumer } from './consumer.ts';
import type { HubError } from './errors.ts';
import { Feed } from './feed.ts';
import type { Watch, WatchItem, WatchOptions } from './types.ts';

const BUFFER_ITEMS = 1_000;

/** All topics watched on one connection, by name. */
export class Watches {
  readonly #calls: Calls;
  readonly #deadlineMs: number;
  readonly #feeds = new Map<string, Feed>();
  #connected = false;
  #closedBy: { readonly error: HubError | undefined } | undefined;

  constructor(calls: Calls, deadlineMs: number) {
    this.#calls = calls;
    this.#deadlineMs = deadlineMs;
  }

  watch<TName extends TopicName>(topic: TName, options: WatchOptions = {}): Watch<TName> {
    const feed = this.#feeds.get(topic) ?? this.#open(topic);
    const { from, bufferItems = BUFFER_ITEMS, signal } = options;
    const consumer = feed.join({ from, bufferItems });
    const watch = iterate(topic, feed, consumer);
    if (this.#closedBy !== undefined) consumer.end(this.#closedBy);
    if (signal?.aborted) feed.leave(consumer);
    signal?.addEventListener('abort', () => feed.leave(consumer), { once: true });
    return watch;
  }

  up(): void {
    this.#connected = true;
    for (const feed of [...this.#feeds.values()]) feed.up();
  }

  down(): void {
    this.#connected = false;
    for (const feed of this.#feeds.values()) feed.down();
  }

  /** Every watch ends: with the error when the hub refused us, else like a finished loop. */
  close(error: HubError | undefined): void {
    this.#closedBy = { error };
    for (const feed of [...this.#feeds.values()]) feed.end(error);
  }

  event(event: FeedEvent): void {
    this.#feeds.get(event.topic)?.event(event);
  }

  reset(reset: FeedReset): void {
    this.#feeds.get(reset.topic)?.reset(reset);
  }

  heartbeat(heartbeat: Heartbeat): void {
    for (const [topic, head] of Object.entries(heartbeat.heads)) this.#feeds.get(topic)?.heartbeat(head);
  }

  #open(topic: string): Feed {
    const feed: Feed = new Feed({
      topic,
      ask: (procedure, input, answer) =>
        this.#calls.send({ procedure, input, repeatable: false, deadlineMs: this.#deadlineMs, ...answer }),
      onIdle: () => {
        if (this.#feeds.get(topic) === feed) this.#feeds.delete(topic);
      },
    });
    this.#feeds.set(topic, feed);
    if (this.#connected) feed.up();
    return feed;
  }
}

function iterate<TName extends TopicName>(topic: TName, feed: Feed, consumer: Consumer): Watch<TName> {
  const close = () => {
    feed.leave(consumer);
    return Promise.resolve();
  };
  const watch: Watch<TName> = {
    topic,
    get position() {
      return consumer.read;
    },
    get asOf() {
      return feed.asOf;
    },
    // The hub checked its events against the topic's schemas before it sent them.
    next: () => consumer.next() as Promise<IteratorResult<WatchItem<TName>, undefined>>,
    return: async () => {
      await close();
      return { done: true, value: undefined };
    },
    close,
    [Symbol.asyncIterator]: () => watch,
    [Symbol.asyncDispose]: close,
  };
  return watch;
}
