import type { Logger } from '../log/log.ts';
import type { Bus } from './bus.ts';

type Handler = (message: string) => void;

/** Who listens to what in this process; one handler's trouble never reaches another or the publisher. */
export class BusHandlers {
  readonly #log: Logger;
  readonly #handlers = new Map<string, Set<Handler>>();

  constructor(log: Logger) {
    this.#log = log;
  }

  get channels(): string[] {
    return [...this.#handlers.keys()];
  }

  has(channel: string): boolean {
    return this.#handlers.has(channel);
  }

  add(channel: string, handler: Handler): void {
    const handlers = this.#handlers.get(channel) ?? new Set();
    this.#handlers.set(channel, handlers.add(handler));
  }

  remove(channel: string, handler: Handler): void {
    const handlers = this.#handlers.get(channel);
    if (handlers?.delete(handler) && handlers.size === 0) this.#handlers.delete(channel);
  }

  clear(): void {
    this.#handlers.clear();
  }

  /** Not within the publisher's own turn: whoever publishes is never run through by a listener. */
  deliverSoon(channel: string, message: string): void {
    if (this.has(channel)) queueMicrotask(() => this.deliver(channel, message));
  }

  deliver(channel: string, message: string): void {
    for (const handler of [...(this.#handlers.get(channel) ?? [])]) {
      try {
        handler(message);
      } catch (error) {
        this.#log.error({ err: error, channel }, 'a bus handler failed');
      }
    }
  }
}

/** One node without Redis: the same code path, within the process. */
export class InProcessBus implements Bus {
  readonly status = 'in-process';
  readonly #handlers: BusHandlers;

  constructor(log: Logger) {
    this.#handlers = new BusHandlers(log);
  }

  publish(channel: string, message: string): void {
    this.#handlers.deliverSoon(channel, message);
  }

  subscribe(channel: string, handler: Handler): () => void {
    this.#handlers.add(channel, handler);
    return () => this.#handlers.remove(channel, handler);
  }

  async close(): Promise<void> {
    this.#handlers.clear();
  }
}
