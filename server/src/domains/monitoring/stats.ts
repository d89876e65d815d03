export {
  LATENCY_BOUNDS_MS,
  LATENCY_BUCKETS,
  LatencyHistogram,
  latencyBucket,
  quantileMs,
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
