import { setTimeout as delay } from 'node:timers/promises';
import type { Platform } from '../../platform/context.ts';
import type { Service } from '../../platform/lifecycle/service.ts';
import { appendEvents } from '../../platform/outbox/outbox.ts';
import { type Delivery, insertDeliveries, takeUntold } from './store.ts';

const EVERY_MS = 250;
const BATCH = 5_000;
/** Beyond this many not yet written, counting stops: the broadcasts themselves are not touched by it. */
const WAITING_MAX = 200_000;
/** Counts whose node died before it told the sender are found by any other. */
const SWEEP_EVERY_MS = 5_000;

/** Counts who has been reached, off the path of the emitting, and tells the senders. */
export class Deliveries implements Service {
  readonly name = 'broadcast-deliveries';
  readonly #platform: Platform;
  readonly #waiting = new Map<string, Delivery>();
  readonly #dropped;
  #stop: AbortController | undefined;
  #running: Promise<void> | undefined;
  #isLate = false;
  #mayBeUntold = true;
  #sweptAtMs = 0;

  constructor(platform: Platform) {
    this.#platform = platform;
    this.#dropped = platform.metrics.counter(
      'kinga_broadcast_deliveries_uncounted_total',
      'Deliveries not counted because too many were waiting to be written',
    );
  }

  add(delivery: Delivery): void {
    const name = `${delivery.broadcastId}\0${delivery.member}`;
    if (this.#waiting.size >= WAITING_MAX && !this.#waiting.has(name)) this.#dropped.inc();
    else this.#waiting.set(name, delivery);
  }

  /** Somebody else changed the counts. */
  changed(): void {
    this.#mayBeUntold = true;
  }

  async start(): Promise<void> {
    this.#stop = new AbortController();
    this.#running = this.#run(this.#stop.signal);
  }

  /** What was delivered before the end is counted. */
  async stop(): Promise<void> {
    this.#stop?.abort();
    await this.#running;
    if (this.#waiting.size > 0 || this.#mayBeUntold) await this.#turn();
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#turn();
      await delay(EVERY_MS, undefined, { signal }).catch(() => {});
    }
  }

  async #turn(): Promise<void> {
    try {
      await this.#flush();
      await this.#tell();
      this.#isLate = false;
    } catch (error) {
      // Once for all the turns until it works again.
      if (!this.#isLate)
        this.#platform.log.warn({ err: error }, 'broadcast deliveries could not be counted yet');
      this.#isLate = true;
    }
  }

  async #flush(): Promise<void> {
    while (this.#waiting.size > 0) {
      const batch = [...this.#waiting].slice(0, BATCH);
      await this.#platform.db.transaction((tx) =>
        insertDeliveries(
          tx,
          batch.map(([, delivery]) => delivery),
        ),
      );
      for (const [name] of batch) this.#waiting.delete(name);
      this.#mayBeUntold = true;
    }
  }

  async #tell(): Promise<void> {
    const isDue = performance.now() - this.#sweptAtMs > SWEEP_EVERY_MS;
    if (!this.#mayBeUntold && !isDue) return;
    const isLeft = await this.#platform.db.transaction(async (tx) => {
      const told = await takeUntold(tx);
      await appendEvents(
        tx,
        told.map(({ senderId, ...data }) => ({
          topic: `inbox/${senderId}`,
          type: 'broadcastProgress',
          data,
        })),
      );
      const { rows } = await tx.query(
        `SELECT 1 FROM broadcasts WHERE delivered <> told_delivered OR acknowledged <> told_acknowledged LIMIT 1`,
      );
      return rows.length > 0;
    });
    this.#mayBeUntold = isLeft;
    this.#sweptAtMs = performance.now();
  }
}
