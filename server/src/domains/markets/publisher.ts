import { setTimeout as delay } from 'node:timers/promises';
import type { StateFrame, StateSource } from '../../platform/feed/source.ts';
import type { Logger } from '../../platform/log/log.ts';
import { topicOf } from './states.ts';

/** Between two frames of one market: a crowd's bets are told together. */
const PAUSE_MS = 50;

export interface PublisherOptions {
  readonly states: StateSource;
  readonly publish: (topic: string, frame: StateFrame) => void;
  readonly log: Logger;
}

/**
 * Tells the world of committed bets: one query for all markets that changed since the last time, at once after
 * a pause, else a moment later. What it fails to tell, the feed finds in PostgreSQL within a second.
 */
export class MarketPublisher {
  readonly #options: PublisherOptions;
  readonly #changed = new Map<string, number>();
  #running: Promise<void> | undefined;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  changed(marketId: string): void {
    this.#changed.set(topicOf(marketId), 0);
    this.#running ??= this.#run();
  }

  /** Until everything known has been told. */
  async settle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#changed.size > 0) {
      const changed = new Map(this.#changed);
      this.#changed.clear();
      try {
        const frames = await this.#options.states.newer(changed);
        for (const [topic, frame] of frames) this.#options.publish(topic, frame);
      } catch (error) {
        this.#options.log.warn({ err: error }, 'market states not published; their watchers will read them');
      }
      await delay(PAUSE_MS, undefined, { ref: false });
    }
    this.#running = undefined;
  }
}
