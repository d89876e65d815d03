import { LATENCY_BOUNDS_MS } from '../../platform/metrics/latency.ts';

export {
  LATENCY_BOUNDS_MS,
  LATENCY_BUCKETS,
  LatencyHistogram,
  latencyBucket,
} from '../../platform/metrics/latency.ts';

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
