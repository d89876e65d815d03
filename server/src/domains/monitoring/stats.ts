/**
 * What the register tells about itself. Everything counted is a total since the process started: whoever asks
 * takes the difference to the time before, so asking changes nothing and two may ask.
 */
export interface RegisterStats {
  /** Lookups answered; each item of a lookupMany counts. */
  readonly lookups: number;
  /** Of those, the ones answered EXCLUDED. */
  readonly hits: number;
  /** Lookups per latency bucket, as `LatencyHistogram.counts`. */
  readonly latencyCounts: readonly number[];
  readonly replicaSeq: number;
  readonly replicaPeople: number;
  /** Entries of the log this node has not applied yet. */
  readonly replicaLag: number;
  /** Age of the last confirmation. */
  readonly freshnessMs: number;
  readonly ready: boolean;
}

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

  /** `count`: how many lookups took this long (a lookupMany answers many at once). */
  record(durationMs: number, count = 1): void {
    const bucket = latencyBucket(durationMs);
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
