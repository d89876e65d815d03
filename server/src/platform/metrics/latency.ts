const BOUND_FIRST_MS = 0.01;
const BOUND_FACTOR = 1.25;
const BOUND_COUNT = 64;

/**
 * Upper bounds of the buckets in milliseconds, from 10 microseconds to about 13 seconds, a quarter apart; one
 * more bucket holds everything above. The same on every node, so that counts can be added up.
 */
export const LATENCY_BOUNDS_MS: readonly number[] = Array.from(
  { length: BOUND_COUNT },
  (_, i) => BOUND_FIRST_MS * BOUND_FACTOR ** i,
);
export const LATENCY_BUCKETS = BOUND_COUNT + 1;

const LOG_FACTOR = Math.log(BOUND_FACTOR);

/** The bucket of a duration, computed and not searched: it is on the path of every lookup. */
export function latencyBucket(durationMs: number): number {
  if (durationMs <= BOUND_FIRST_MS) return 0;
  const bucket = Math.ceil(Math.log(durationMs / BOUND_FIRST_MS) / LOG_FACTOR);
  return bucket < BOUND_COUNT ? bucket : BOUND_COUNT;
}

/** Durations of one process; never reset. */
export class LatencyHistogram {
  readonly counts: number[] = new Array<number>(LATENCY_BUCKETS).fill(0);

  /** `count`: how many lookups took this long (a lookupMany answers many at once). Returns the bucket. */
  record(durationMs: number, count = 1): number {
    const bucket = latencyBucket(durationMs);
    this.add(bucket, count);
    return bucket;
  }

  /** What another histogram has counted in this bucket. */
  add(bucket: number, count: number): void {
    this.counts[bucket] = (this.counts[bucket] ?? 0) + count;
  }
}

/**
 * The duration under which the given share of the counted ones lies, interpolated within its bucket; null
 * without any.
 */
export function quantileMs(counts: readonly number[], share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let rest = share * total;
  for (const [bucket, count] of counts.entries()) {
    if (count > 0 && rest <= count) return within(bucket, rest / count);
    rest -= count;
  }
  return LATENCY_BOUNDS_MS.at(-1) ?? null;
}

function within(bucket: number, fraction: number): number {
  const below = bucket === 0 ? 0 : (LATENCY_BOUNDS_MS[bucket - 1] ?? 0);
  const above = LATENCY_BOUNDS_MS[bucket] ?? below;
  const ms = below + (above - below) * fraction;
  return Math.round(ms * 1000) / 1000;
}
