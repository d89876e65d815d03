import type { Allowance } from '../../../platform/call/actor.ts';
import { RateLimit } from '../../../platform/call/rate-limit.ts';

export interface Quotas {
  readonly perSecond: number | null;
  readonly perDay: number | null;
}

/** What is told to come back when the end of the day is not known yet. */
const RETRY_MS = 60_000;

/**
 * What one key has used on this node and may still use. Synchronous and in memory, because it is asked for each
 * lookup; what the other nodes have counted comes with the exchange every other second, so that a day's quota
 * may be exceeded by what arrives everywhere in that time, and by no more.
 */
export class KeyAllowance implements Allowance {
  readonly operatorId: string;
  #quotas: Quotas = { perSecond: null, perDay: null };
  #second: RateLimit | undefined;
  #perDay = Number.POSITIVE_INFINITY;
  /** Of the day on all nodes, as the last exchange said. */
  #usedBefore = 0;
  #dayEndsAtMs = Number.POSITIVE_INFINITY;
  /** Since the last exchange. */
  #used = 0;
  #refused = 0;
  #touched = false;

  constructor(operatorId: string) {
    this.operatorId = operatorId;
  }

  set quotas(quotas: Quotas) {
    const { perSecond, perDay } = quotas;
    if (perSecond !== this.#quotas.perSecond) {
      this.#second =
        perSecond === null ? undefined : new RateLimit({ burst: perSecond, perSecond: perSecond });
    }
    this.#perDay = perDay ?? Number.POSITIVE_INFINITY;
    this.#quotas = quotas;
  }

  take(units: number, nowMs: number): number {
    const wait = this.#waitMs(units, nowMs);
    if (wait > 0) this.#refused += units;
    else this.#used += units;
    return wait;
  }

  /** The key was used, for whatever. */
  touch(): void {
    this.#touched = true;
  }

  /** What is to be told to the others; undefined: nothing happened. */
  pending(): { used: number; refused: number } | undefined {
    const { used, refused } = { used: this.#used, refused: this.#refused };
    return used > 0 || refused > 0 || this.#touched ? { used, refused } : undefined;
  }

  /** It has been told, and this is what all nodes have counted. */
  exchanged(told: { used: number; refused: number }, day: { used: number; endsAtMs: number }): void {
    this.#used -= told.used;
    this.#refused -= told.refused;
    this.#touched = false;
    this.#usedBefore = day.used;
    this.#dayEndsAtMs = day.endsAtMs;
  }

  #waitMs(units: number, nowMs: number): number {
    if (nowMs >= this.#dayEndsAtMs) {
      this.#usedBefore = 0;
      this.#dayEndsAtMs = Number.POSITIVE_INFINITY;
    }
    if (this.#usedBefore + this.#used + units > this.#perDay) {
      const leftMs = this.#dayEndsAtMs - nowMs;
      return Number.isFinite(leftMs) ? Math.ceil(leftMs) : RETRY_MS;
    }
    return this.#second?.take('', units, nowMs) ?? 0;
  }
}
