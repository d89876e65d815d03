import {
  LATENCY_BOUNDS_MS,
  LATENCY_BUCKETS,
  LatencyHistogram,
  latencyBucket,
  quantileMs,
} from '@kinga/server/domains/monitoring/stats.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';

test('a duration falls into the bucket whose bounds enclose it', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 60_000, noNaN: true }), (ms) => {
      const bucket = latencyBucket(ms);
      const above = LATENCY_BOUNDS_MS[bucket] ?? Number.POSITIVE_INFINITY;
      const below = bucket === 0 ? 0 : (LATENCY_BOUNDS_MS[bucket - 1] ?? 0);
      // A bound itself may fall to either side, by the last bit of a logarithm.
      expect(ms).toBeLessThanOrEqual(above * 1.000001);
      expect(ms).toBeGreaterThanOrEqual(below * 0.999999);
      expect(bucket).toBeLessThan(LATENCY_BUCKETS);
    }),
  );
});

test('a percentile is within a quarter of the true one', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.02, max: 5_000, noNaN: true }), { minLength: 1 }),
      (durations) => {
        const histogram = new LatencyHistogram();
        for (const ms of durations) histogram.record(ms);
        const sorted = durations.toSorted((a, b) => a - b);
        for (const share of [0.5, 0.99]) {
          const exact = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
          const told = quantileMs(histogram.counts, share) ?? 0;
          expect(told).toBeGreaterThan(exact / 1.3);
          expect(told).toBeLessThan(exact * 1.3);
        }
      },
    ),
  );
});

test('histograms of several nodes add up, and without any there is no percentile', () => {
  const one = new LatencyHistogram();
  const two = new LatencyHistogram();
  one.record(1, 98);
  two.record(500, 2);
  const sum = one.counts.map((count, bucket) => count + (two.counts[bucket] ?? 0));
  expect(quantileMs(sum, 0.5)).toBeLessThan(1.3);
  expect(quantileMs(sum, 0.99)).toBeGreaterThan(380);
  expect(quantileMs([], 0.5)).toBeNull();
});
