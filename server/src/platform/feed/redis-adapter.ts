import { EventEmitter } from 'node:events';
import { createAdapter } from '@socket.io/redis-adapter';
import type { Redis } from 'ioredis';
import type { Namespace } from 'socket.io';
import type { Logger } from '../log/log.ts';
import { RedisLink } from './redis-link.ts';

export interface RedisAdapterOptions {
  readonly redisUrl: string;
  readonly log: Logger;
  /** Keeps hubs of different databases on one Redis apart. */
  readonly prefix: string;
  readonly dropped: () => void;
}

export interface RedisAdapter {
  readonly factory: (namespace: Namespace) => ReturnType<ReturnType<typeof createAdapter>>;
  close(): void;
}

/**
 * Socket.IO's Redis adapter, for what is replaceable: states between nodes. The adapter leaves the promises of
 * its commands alone, and its decoder throws on a damaged message; with Redis dying and returning each of them
 * would end the process. So it is given two stand-ins that never reject and never wait.
 */
export function createRedisAdapter(options: RedisAdapterOptions): RedisAdapter {
  const subscriber = new SubscriberStandIn(options.log);
  const link = new RedisLink({
    url: options.redisUrl,
    log: options.log,
    name: 'adapter',
    dropped: options.dropped,
    subscribeAll: (client) => subscriber.subscribeAll(client),
  });
  subscriber.follow(link.subscriber);
  const publisher = new PublisherStandIn(link);
  return {
    factory: createAdapter(publisher, subscriber, { key: options.prefix }),
    close: () => link.close(),
  };
}

class PublisherStandIn extends EventEmitter {
  readonly #link: RedisLink;

  constructor(link: RedisLink) {
    super();
    this.#link = link;
  }

  publish(channel: string, message: string | Buffer): void {
    this.#link.publish(channel, message);
  }
}

class SubscriberStandIn extends EventEmitter {
  readonly #log: Logger;
  readonly #patterns = new Set<string>();
  readonly #channels = new Set<string>();
  #client: Redis | undefined;

  constructor(log: Logger) {
    super();
    this.#log = log;
  }

  follow(client: Redis): void {
    this.#client = client;
    client.on('pmessageBuffer', (...message) => this.#forward('pmessageBuffer', message));
    client.on('messageBuffer', (...message) => this.#forward('messageBuffer', message));
  }

  async subscribeAll(client: Redis): Promise<void> {
    await Promise.all([
      this.#patterns.size > 0 ? client.psubscribe(...this.#patterns) : undefined,
      this.#channels.size > 0 ? client.subscribe(...this.#channels) : undefined,
    ]);
  }

  psubscribe(pattern: string): void {
    this.#patterns.add(pattern);
    if (this.#client?.status === 'ready') this.#client.psubscribe(pattern).catch(() => {});
  }

  subscribe(channels: string[]): void {
    for (const channel of channels) this.#channels.add(channel);
    if (this.#client?.status === 'ready') this.#client.subscribe(...channels).catch(() => {});
  }

  punsubscribe(pattern: string): void {
    this.#patterns.delete(pattern);
    if (this.#client?.status === 'ready') this.#client.punsubscribe(pattern).catch(() => {});
  }

  unsubscribe(channels: string[]): void {
    for (const channel of channels) this.#channels.delete(channel);
    if (this.#client?.status === 'ready') this.#client.unsubscribe(...channels).catch(() => {});
  }

  #forward(event: string, message: unknown[]): void {
    try {
      this.emit(event, ...message);
    } catch (error) {
      this.#log.warn({ err: error }, 'a damaged message between nodes was ignored');
    }
  }
}
