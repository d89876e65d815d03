import type { Heartbeat } from '@kinga/shared/contract/wire.ts';
import type { Platform } from '../context.ts';
import type { WatchingSocket } from './watching-socket.ts';

const HEARTBEAT_TICK_MS = 100;
const SWEEP_MS = 250;

export interface PulseOptions {
  readonly platform: Platform;
  readonly sockets: ReadonlyMap<string, WatchingSocket>;
  readonly epochOf: () => string;
  /** How old this node's knowledge of the outbox's events is. */
  readonly tailAgeMs: () => number;
  /** The socket does not keep up: it watches nothing any more, and is closed. */
  readonly onSlow: (socket: WatchingSocket, reason: string) => void;
}

/** Heartbeats, and the look at who does not keep up. */
export class Pulse {
  readonly #options: PulseOptions;
  readonly #slowConsumer: () => void;
  readonly #showTailAge: () => void;
  #timers: NodeJS.Timeout[] = [];

  constructor(options: PulseOptions) {
    this.#options = options;
    const slow = options.platform.metrics.counter(
      'kinga_feed_slow_consumers_total',
      'Sockets closed because they did not read their events',
    );
    this.#slowConsumer = () => slow.inc();
    const age = options.platform.metrics.gauge(
      'kinga_feed_tail_age_seconds',
      'Since PostgreSQL last confirmed that this node has told every event',
    );
    this.#showTailAge = () => age.set(options.tailAgeMs() / 1_000);
  }

  start(): void {
    this.#timers = [
      setInterval(() => this.#beat(), HEARTBEAT_TICK_MS),
      setInterval(() => this.#sweep(), SWEEP_MS),
    ];
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  #beat(): void {
    const nowMs = performance.now();
    const epoch = this.#options.epochOf();
    const at = new Date().toISOString();
    for (const socket of this.#options.sockets.values()) {
      if (socket.nextHeartbeatMs > nowMs) continue;
      // After a freeze the missed ones are not made up for.
      socket.nextHeartbeatMs =
        Math.max(socket.nextHeartbeatMs, nowMs - HEARTBEAT_TICK_MS) + socket.heartbeatMs;
      const heartbeat: Heartbeat = { at, heads: socket.heads(epoch) };
      socket.watcher.emit('heartbeat', heartbeat);
    }
  }

  #sweep(): void {
    this.#showTailAge();
    const { limits } = this.#options.platform.config;
    for (const socket of this.#options.sockets.values()) {
      const reason = socket.slowness(limits);
      if (reason === undefined) continue;
      this.#slowConsumer();
      this.#options.onSlow(socket, reason);
    }
  }
}
