/** Buckets that are full again say nothing; they are looked for this often at most. */
const SWEEP_EVERY_MS = 30_000;
/** More callers than this at once and the ones longest known start afresh: memory stays bounded. */
const BUCKETS_MAX = 100_000;

/** Tokens are sums of fractions: a millionth of a call is no reason to refuse one. */
const ROUNDING = 1e-6;

interface Bucket {
  tokens: number;
  at: number;
}

export interface RateLimitOptions {
  /** How many at once after a quiet time. */
  readonly burst: number;
  readonly perSecond: number;
}

/**
 * Token buckets, one per key. Synchronous, because the hot path cannot afford a promise per call. Something
 * larger than a whole bucket passes when the bucket is full and is paid back before the next.
 */
export class RateLimit {
  readonly #burst: number;
  readonly #perMs: number;
  readonly #buckets = new Map<string, Bucket>();
  #sweepAt = 0;

  constructor(options: RateLimitOptions) {
    this.#burst = Math.max(1, options.burst);
    this.#perMs = options.perSecond / 1000;
  }

  /** 0 when granted, otherwise in how many milliseconds it would be. */
  take(key: string, units: number, nowMs: number): number {
    const bucket = this.#buckets.get(key) ?? this.#open(key, nowMs);
    const tokens = Math.min(this.#burst, bucket.tokens + Math.max(0, nowMs - bucket.at) * this.#perMs);
    bucket.at = Math.max(bucket.at, nowMs);
    const needed = Math.min(units, this.#burst);
    if (tokens + ROUNDING >= needed) {
      bucket.tokens = tokens - units;
      return 0;
    }
    bucket.tokens = tokens;
    return Math.max(1, Math.ceil((needed - tokens - ROUNDING) / this.#perMs));
  }

  get size(): number {
    return this.#buckets.size;
  }

  #open(key: string, nowMs: number): Bucket {
    if (nowMs >= this.#sweepAt || this.#buckets.size >= BUCKETS_MAX) this.#sweep(nowMs);
    const bucket = { tokens: this.#burst, at: nowMs };
    this.#buckets.set(key, bucket);
    return bucket;
  }

  #sweep(nowMs: number): void {
    this.#sweepAt = nowMs + SWEEP_EVERY_MS;
    for (const [key, bucket] of this.#buckets) {
      if (bucket.tokens + (nowMs - bucket.at) * this.#perMs >= this.#burst) this.#buckets.delete(key);
    }
    let surplus = this.#buckets.size - BUCKETS_MAX * 0.9;
    if (this.#buckets.size < BUCKETS_MAX) return;
    for (const key of this.#buckets.keys()) {
      if (surplus-- <= 0) return;
      this.#buckets.delete(key);
    }
  }
}
