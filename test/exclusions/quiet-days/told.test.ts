import type { Interval } from '@kinga/server/domains/exclusions/log/entry.ts';
import { IntervalTable } from '@kinga/server/domains/exclusions/replica/table.ts';
import { toldOf } from '@kinga/server/domains/exclusions/rules/ended.ts';
import { unionOf } from '@kinga/server/domains/exclusions/rules/period.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const NOW = 1_780_000_000_000;
const interval: fc.Arbitrary<Interval> = fc
  .tuple(
    fc.integer({ min: NOW - 40, max: NOW + 20 }),
    fc.option(fc.integer({ min: 1, max: 15 }), { nil: null, freq: 4 }),
  )
  .map(([startsAt, duration]) => ({ startsAt, endsAt: duration === null ? null : startsAt + duration }));
const intervals = fc.array(interval, { maxLength: 6 });
const quiet = fc.integer({ min: 0, max: 30 });

/** Begun, and not over for longer than the quiet time. */
function counts(all: readonly Interval[], at: number, quietMs: number): boolean {
  return all.some(({ startsAt, endsAt }) => startsAt <= at && (endsAt === null || endsAt > at - quietMs));
}

test('what a replica is told of somebody says at any later time what all of their past would', () => {
  fc.assert(
    fc.property(intervals, quiet, (all, quietMs) => {
      const kept = toldOf(unionOf(all), NOW);
      for (let at = NOW; at < NOW + 60; at++) {
        for (const ms of [0, quietMs]) expect(counts(kept, at, ms)).toBe(counts(all, at, ms));
      }
      expect(kept.filter(({ endsAt }) => endsAt !== null && endsAt <= NOW).length).toBeLessThan(2);
    }),
    { numRuns: 500 },
  );
});

test('a table swept again and again still says it, and at the end holds nothing that is over', () => {
  fc.assert(
    fc.property(intervals, quiet, (all, quietMs) => {
      const table = new IntervalTable();
      const key = Buffer.alloc(16, 7);
      table.replace(key, toldOf(unionOf(all), NOW));
      for (let at = NOW; at < NOW + 60; at += 3) {
        table.sweep({ over: at, quiet: at - quietMs }, 256 * 60);
        for (const ms of [0, quietMs]) {
          expect(table.probeBytes(key, at - ms, at)).toBe(counts(all, at, ms));
        }
      }
      table.sweep({ over: NOW + 200, quiet: NOW + 200 - quietMs }, 256 * 60);
      expect(table.size).toBe(all.some(({ endsAt }) => endsAt === null) ? 1 : 0);
    }),
    { numRuns: 100 },
  );
});
