import { randomInt } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Logger } from '../log/log.ts';

const PING_EVERY_MS = 500;
/** No byte for this long while an answer is due: the connection is taken for dead and opened anew. */
const SILENCE_MS = 1_500;
const CONNECT_TIMEOUT_MS = 2_000;
const RECONNECT_MS_MAX = 1_000;
/** What may be on its way to Redis at once. Beyond it Redis is too slow, and messages are dropped. */
const IN_FLIGHT_MAX = 1_000;
const IN_FLIGHT_BYTES_MAX = 8 * 1024 * 1024;

export interface RedisLinkOptions {
  readonly url: string;
  readonly log: Logger;
  readonly name: string;
  /** A publication that Redis did not get. */
  readonly dropped: () => void;
  /** The subscriber is (again) connected and knows no channel: subscribe to all of them now. */
  readonly subscribeAll: (subscriber: Redis) => Promise<unknown>;
}

/**
 * Two connections, as Redis wants it: one publishes, one listens. Whatever Redis does (dead, hung, half open,
 * full), a publication returns at once and nothing queues without bound: there is no offline queue, and what is
 * in flight is counted.
 */
export class RedisLink {
  readonly subscriber: Redis;
  readonly #publisher: Redis;
  readonly #options: RedisLinkOptions;
  readonly #pings: NodeJS.Timeout;
  #inFlight = 0;
  #inFlightBytes = 0;
  #subscribed = false;
  /** As last told; undefined until there is something to tell. */
  #connected: boolean | undefined;

  constructor(options: RedisLinkOptions) {
    this.#options = options;
    this.#publisher = this.#open('publisher');
    this.subscriber = this.#open('subscriber');
    this.subscriber.on('ready', () => void this.#resubscribe());
    this.#pings = setInterval(() => this.#ping(), PING_EVERY_MS).unref();
  }

  get connected(): boolean {
    return this.#subscribed && this.#publisher.status === 'ready';
  }

  publish(channel: string, message: string | Buffer): void {
    const bytes = message.length;
    if (
      this.#publisher.status !== 'ready' ||
      this.#inFlight >= IN_FLIGHT_MAX ||
      this.#inFlightBytes + bytes > IN_FLIGHT_BYTES_MAX
    ) {
      this.#options.dropped();
      return;
    }
    this.#inFlight++;
    this.#inFlightBytes += bytes;
    this.#publisher
      .publish(channel, message)
      .catch(() => this.#options.dropped())
      .finally(() => {
        this.#inFlight--;
        this.#inFlightBytes -= bytes;
      });
  }

  close(): void {
    clearInterval(this.#pings);
    this.#publisher.disconnect();
    this.subscriber.disconnect();
  }

  #open(role: string): Redis {
    const client = new Redis(this.#options.url, {
      connectionName: `kinga-${this.#options.name}-${role}`,
      enableOfflineQueue: false,
      autoResubscribe: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      connectTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENCE_MS,
      retryStrategy: (tries) => Math.min(2 ** tries * 25, RECONNECT_MS_MAX) + randomInt(100),
    });
    // Every failure comes by here, often many times a second; the change of state is what is worth a line.
    client.on('error', (error: NodeJS.ErrnoException) => this.#tellState(error.code ?? error.message));
    client.on('close', () => {
      if (role === 'subscriber') this.#subscribed = false;
      this.#tellState();
    });
    client.on('ready', () => {
      if (this.connected) this.#tellState();
    });
    return client;
  }

  /** An unanswered ping makes the silence limit close the connection: a hung Redis is found out while idle. */
  #ping(): void {
    for (const client of [this.#publisher, this.subscriber]) {
      if (client.status === 'ready') client.ping().catch(() => {});
    }
  }

  async #resubscribe(): Promise<void> {
    try {
      await this.#options.subscribeAll(this.subscriber);
      this.#subscribed = this.subscriber.status === 'ready';
      this.#tellState();
    } catch {
      // Lost again before Redis answered; or refused: the next connection asks again.
      if (this.subscriber.status === 'ready') this.subscriber.disconnect(true);
    }
  }

  #tellState(reason?: string): void {
    if (this.connected === this.#connected) return;
    this.#connected = this.connected;
    const fields = { link: this.#options.name, reason };
    if (this.#connected) this.#options.log.info(fields, 'Redis is connected');
    else this.#options.log.warn(fields, 'Redis is away: degraded, nothing is lost');
  }
}
