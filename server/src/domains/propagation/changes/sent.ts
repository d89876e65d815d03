import { setTimeout as delay } from 'node:timers/promises';
import type { Platform } from '../../../platform/context.ts';
import { actForEveryTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import type { Service } from '../../../platform/lifecycle/service.ts';
import { IN_ORDER } from '../in-order.ts';

const EVERY_MS = 250;
/** What a thousand operators were sent at once they acknowledge at once: noted then, it would hold that up. */
const NOTED_AFTER_MS = 1_000;
const BATCH = 5_000;
/** Beyond this many not yet written, noting stops: what was acknowledged was sent, so little is lost. */
const WAITING_MAX = 200_000;

interface Sending {
  readonly atMs: number;
  readonly attempts: number;
}

/** Notes when a change was first emitted to a machine of its operator, off the path of the emitting. */
export class Sent implements Service {
  readonly name = 'propagation-sent';
  readonly #platform: Platform;
  readonly #waiting = new Map<string, Sending>();
  #stop: AbortController | undefined;
  #running: Promise<void> | undefined;
  #isLate = false;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  add(receiptId: string): void {
    const known = this.#waiting.get(receiptId);
    if (known === undefined && this.#waiting.size >= WAITING_MAX) return;
    const { atMs = performance.now(), attempts = 0 } = known ?? {};
    this.#waiting.set(receiptId, { atMs, attempts: attempts + 1 });
  }

  async start(): Promise<void> {
    this.#stop = new AbortController();
    this.#running = this.#run(this.#stop.signal);
  }

  async stop(): Promise<void> {
    this.#stop?.abort();
    await this.#running;
    await this.#turn(0);
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#turn(NOTED_AFTER_MS);
      await delay(EVERY_MS, undefined, { signal }).catch(() => {});
    }
  }

  async #turn(afterMs: number): Promise<void> {
    try {
      for (let batch = this.#due(afterMs); batch.length > 0; batch = this.#due(afterMs))
        await this.#flush(batch);
      this.#isLate = false;
    } catch (error) {
      // Once for all the turns until it works again.
      if (!this.#isLate) this.#platform.log.warn({ err: error }, 'what was sent could not be noted yet');
      this.#isLate = true;
    }
  }

  /** In the order they were sent in. */
  #due(afterMs: number): (readonly [string, Sending])[] {
    const sentBeforeMs = performance.now() - afterMs;
    const due: (readonly [string, Sending])[] = [];
    for (const one of this.#waiting) {
      if (one[1].atMs > sentBeforeMs || due.length === BATCH) break;
      due.push(one);
    }
    return due;
  }

  async #flush(batch: readonly (readonly [string, Sending])[]): Promise<void> {
    const nowMs = performance.now();
    const sendings = batch.map(([id, { atMs, attempts }]) => ({ id, agoMs: nowMs - atMs, attempts }));
    for (const [id] of batch) this.#waiting.delete(id);
    try {
      await this.#platform.db.transaction((tx) => noteSent(tx, sendings));
    } catch (error) {
      for (const [id, { atMs, attempts }] of batch) {
        this.#waiting.set(id, { atMs, attempts: attempts + (this.#waiting.get(id)?.attempts ?? 0) });
      }
      throw error;
    }
  }
}

/** The transaction acts for every tenant from then on. */
export async function noteSent(
  tx: Tx,
  sendings: readonly { readonly id: string; readonly agoMs: number; readonly attempts: number }[],
): Promise<void> {
  await actForEveryTenant(tx);
  await tx.query(
    `WITH sent AS (
       SELECT r.id, s.ago_ms, s.attempts
       FROM unnest($1::text[], $2::float8[], $3::int[]) AS s (id, ago_ms, attempts)
       JOIN propagation_receipts r ON r.id = s.id
       ${IN_ORDER}
     )
     UPDATE propagation_receipts r
     SET attempts = r.attempts + sent.attempts,
         sent_at = least(r.sent_at, clock_timestamp() - sent.ago_ms * interval '1 millisecond')
     FROM sent WHERE r.id = sent.id`,
    [
      sendings.map(({ id }) => id),
      sendings.map(({ agoMs }) => agoMs),
      sendings.map(({ attempts }) => attempts),
    ],
  );
}
