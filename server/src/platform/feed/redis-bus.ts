import { randomBytes } from 'node:crypto';
import type { Logger } from '../log/log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Bus } from './bus.ts';
import { BusHandlers, InProcessBus } from './in-process-bus.ts';
import { RedisLink } from './redis-link.ts';

export interface BusOptions {
  readonly redisUrl: string | undefined;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Between nodes through Redis when there is one; otherwise within the process. */
export function createBus(options: BusOptions): Bus {
  if (options.redisUrl === undefined) return new InProcessBus(options.log);
  const dropped = options.metrics.counter(
    'kinga_bus_dropped_total',
    'Messages between nodes that Redis did not take; each is found in PostgreSQL as well',
  );
  return new RedisBus({ redisUrl: options.redisUrl, log: options.log, dropped: () => dropped.inc() });
}

interface RedisBusOptions {
  readonly redisUrl: string;
  readonly log: Logger;
  readonly dropped: () => void;
}

/**
 * What this process publishes reaches its own handlers directly, with Redis dead or alive; Redis carries it to
 * the other nodes. The origin before each message keeps a node from hearing itself twice.
 */
class RedisBus implements Bus {
  readonly #origin = randomBytes(9).toString('base64url');
  readonly #handlers: BusHandlers;
  readonly #link: RedisLink;

  constructor(options: RedisBusOptions) {
    this.#handlers = new BusHandlers(options.log);
    this.#link = new RedisLink({
      url: options.redisUrl,
      log: options.log,
      name: 'bus',
      dropped: options.dropped,
      subscribeAll: async (subscriber) => {
        const { channels } = this.#handlers;
        if (channels.length > 0) await subscriber.subscribe(...channels);
      },
    });
    this.#link.subscriber.on('message', (channel, text) => {
      const end = text.indexOf('\n');
      if (end < 0 || text.slice(0, end) === this.#origin) return;
      this.#handlers.deliver(channel, text.slice(end + 1));
    });
  }

  get status(): Bus['status'] {
    return this.#link.connected ? 'connected' : 'degraded';
  }

  publish(channel: string, message: string): void {
    this.#handlers.deliverSoon(channel, message);
    this.#link.publish(channel, `${this.#origin}\n${message}`);
  }

  subscribe(channel: string, handler: (message: string) => void): () => void {
    const isNew = !this.#handlers.has(channel);
    this.#handlers.add(channel, handler);
    if (isNew) this.#ask((subscriber) => subscriber.subscribe(channel));
    return () => {
      this.#handlers.remove(channel, handler);
      if (!this.#handlers.has(channel)) this.#ask((subscriber) => subscriber.unsubscribe(channel));
    };
  }

  async close(): Promise<void> {
    this.#handlers.clear();
    this.#link.close();
  }

  /** While the subscriber is away nothing is asked: each new connection subscribes to everything. */
  #ask(command: (subscriber: RedisLink['subscriber']) => Promise<unknown>): void {
    const { subscriber } = this.#link;
    if (subscriber.status === 'ready') command(subscriber).catch(() => {});
  }
}
