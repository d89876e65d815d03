import type { Server } from 'socket.io';
import { z } from 'zod';
import type { Platform } from '../context.ts';
import { createRedisAdapter, type RedisAdapter } from './redis-adapter.ts';
import type { StateFrame, StateSource } from './source.ts';
import type { StateTopic } from './state-topic.ts';

const POLL_MS = 500;
/** Sockets that were left out get the latest this often, once they have room. */
const LATE_MS = 100;
const EVENT = 'state';
const PREFIX = 'kinga';

/** From other nodes; a Redis may be shared by hubs of different databases, so the epoch is part of it. */
const message = z.object({
  epoch: z.string(),
  topic: z.string(),
  frame: z.object({ version: z.number(), at: z.string(), state: z.unknown() }),
});

export interface StateExchangeOptions {
  readonly platform: Platform;
  readonly topics: ReadonlyMap<string, StateTopic>;
  readonly epochOf: () => string;
}

/**
 * Brings the latest states to this node: told by this node itself, told by others through Redis, and asked of
 * PostgreSQL for whatever is watched here, which alone is enough to be within a second.
 */
export class StateExchange {
  readonly #options: StateExchangeOptions;
  readonly #asking = new Set<StateSource>();
  #timers: NodeJS.Timeout[] = [];
  #adapter: RedisAdapter | undefined;
  #io: Server | undefined;

  constructor(options: StateExchangeOptions) {
    this.#options = options;
  }

  useIo(io: Server): void {
    const { config, log, metrics } = this.#options.platform;
    if (config.redisUrl === undefined) return;
    const dropped = metrics.counter('kinga_states_dropped_total', 'States that Redis did not carry');
    this.#adapter = createRedisAdapter({
      redisUrl: config.redisUrl,
      log,
      prefix: PREFIX,
      dropped: () => dropped.inc(),
    });
    io.adapter(this.#adapter.factory);
    io.on(EVENT, (text: unknown) => this.#heard(text));
    this.#io = io;
  }

  start(): void {
    this.#timers = [
      setInterval(() => this.#poll(), POLL_MS),
      setInterval(() => {
        for (const topic of this.#options.topics.values()) topic.serveTheLate();
      }, LATE_MS),
    ];
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#adapter?.close();
  }

  publish(topic: string, frame: StateFrame): void {
    this.#options.topics.get(topic)?.offer(frame);
    this.#io?.serverSideEmit(EVENT, { epoch: this.#options.epochOf(), topic, frame });
  }

  #heard(text: unknown): void {
    const parsed = message.safeParse(text);
    if (!parsed.success || parsed.data.epoch !== this.#options.epochOf()) return;
    const { topic, frame } = parsed.data;
    this.#options.topics.get(topic)?.offer({ version: frame.version, at: frame.at, state: frame.state });
  }

  #poll(): void {
    const bySource = new Map<StateSource, StateTopic[]>();
    for (const topic of this.#options.topics.values()) {
      if (topic.latest === undefined || topic.subscriptions.size === 0) continue;
      const topics = bySource.get(topic.source) ?? [];
      bySource.set(topic.source, topics);
      topics.push(topic);
    }
    for (const [source, topics] of bySource) {
      if (!this.#asking.has(source)) void this.#ask(source, topics);
    }
  }

  async #ask(source: StateSource, topics: readonly StateTopic[]): Promise<void> {
    const askedAt = new Date().toISOString();
    const epoch = this.#options.epochOf();
    const known = new Map(topics.map((topic) => [topic.name, topic.latest?.version ?? 0]));
    this.#asking.add(source);
    try {
      const newer = await source.newer(known);
      if (epoch !== this.#options.epochOf()) return;
      for (const topic of topics) {
        const frame = newer.get(topic.name);
        if (frame !== undefined) topic.offer(frame);
        topic.asOf = askedAt;
      }
    } catch (error) {
      this.#options.platform.log.warn(
        { err: error, topic: source.topic.pattern },
        'states could not be read',
      );
    } finally {
      this.#asking.delete(source);
    }
  }
}
