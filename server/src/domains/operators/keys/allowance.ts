import type { Allowance, KeyActor } from '../../../platform/call/actor.ts';
import { RateLimit } from '../../../platform/call/rate-limit.ts';
import { LatencyHistogram } from '../../../platform/metrics/latency.ts';

export interface Quotas {
  readonly perSecond: number | null;
  readonly perDay: number | null;
}

/** What is told to come back when the end of the day is not known yet. */
const RETRY_MS = 60_000;

/** What a rotated key and those after it have used together: a new key is not a new quota. */
export class SharedUse {
  readonly #seconds = new Map<number, RateLimit>();
  /** Of the day on all nodes, as the last exchange said. */
  #usedBefore = 0;
  #dayEndsAtMs = Number.POSITIVE_INFINITY;
  /** Since the last exchange. */
  #used = 0;

  /** 0 when granted, and then it is used. */
  take(units: number, { perSecond, perDay }: Quotas, nowMs: number): number {
    if (nowMs >= this.#dayEndsAtMs) {
      this.#usedBefore = 0;
      this.#dayEndsAtMs = Number.POSITIVE_INFINITY;
    }
    if (perDay !== null && this.#usedBefore + this.#used + units > perDay) {
      const leftMs = this.#dayEndsAtMs - nowMs;
      return Number.isFinite(leftMs) ? Math.ceil(leftMs) : RETRY_MS;
    }
    const wait = perSecond === null ? 0 : this.#second(perSecond).take('', units, nowMs);
    if (wait === 0) this.#used += units;
    return wait;
  }

  leftOf(perDay: number): number {
    return Math.max(0, perDay - this.#usedBefore - this.#used);
  }

  /** Is there something about today that who begins anew would not know? */
  knowsOfToday(nowMs: number): boolean {
    return nowMs < this.#dayEndsAtMs && this.#usedBefore + this.#used > 0;
  }

  exchanged(told: number, day: { used: number; endsAtMs: number }): void {
    this.#used -= told;
    this.#usedBefore = day.used;
    this.#dayEndsAtMs = day.endsAtMs;
  }

  /** Keys that were agreed the same share it; those with other terms have one of their own. */
  #second(perSecond: number): RateLimit {
    const known = this.#seconds.get(perSecond) ?? new RateLimit({ burst: perSecond, perSecond });
    this.#seconds.set(perSecond, known);
    return known;
  }
}

/** A key, as its use is counted. */
export interface MeteredKey extends Pick<KeyActor, 'keyId' | 'operatorId' | 'environment'> {
  readonly firstId: string;
}

/**
 * What one key has used on this node and may still use. Synchronous and in memory, because it is asked for each
 * lookup; what the other nodes have counted comes with the exchange every other second, so that a day's quota
 * may be exceeded by what arrives everywhere in that time, and by no more.
 */
export class KeyAllowance implements Allowance {
  readonly operatorId: string;
  /** The key whose quota this one uses: the one it was rotated from in the first place, one it was agreed by, or itself. */
  readonly firstId: string;
  readonly environment: KeyActor['environment'];
  quotas: Quotas = { perSecond: null, perDay: null };
  readonly latency = new LatencyHistogram();
  readonly shared: SharedUse;
  /** When it was asked for, or there was something to be told, last. */
  toldAtMs = performance.now();
  /** Since the last exchange. */
  #used = 0;
  #refused = 0;
  #touched = false;

  constructor(of: Omit<MeteredKey, 'keyId'> & { readonly shared: SharedUse }) {
    this.operatorId = of.operatorId;
    this.environment = of.environment;
    this.firstId = of.firstId;
    this.shared = of.shared;
  }

  take(units: number, nowMs: number): number {
    const wait = this.shared.take(units, this.quotas, nowMs);
    if (wait > 0) this.#refused += units;
    else this.#used += units;
    return wait;
  }

  leftToday(): number | undefined {
    const { perDay } = this.quotas;
    return perDay === null ? undefined : this.shared.leftOf(perDay);
  }

  answered(bucket: number, units: number): void {
    this.latency.add(bucket, units);
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

  /** It has been told, and this is what all nodes have counted of the keys that share a quota. */
  exchanged(told: { used: number; refused: number }, day: { used: number; endsAtMs: number }): void {
    this.#used -= told.used;
    this.#refused -= told.refused;
    this.#touched = false;
    this.toldAtMs = performance.now();
    this.shared.exchanged(told.used, day);
  }
}
