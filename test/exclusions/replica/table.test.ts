import type { Interval } from '@kinga/server/domains/exclusions/log/entry.ts';
import { IntervalTable } from '@kinga/server/domains/exclusions/replica/table.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const NOW = 1_780_000_000_000;
const DAY = 86_400_000;

/** Few different words, among them the extremes, so that keys share shards, homes and whole prefixes. */
const word = fc.constantFrom(0, 1, 2, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff);
const key = fc.tuple(word, word, word, word).map((words) => {
  const bytes = Buffer.alloc(16);
  for (const [index, value] of words.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
});
const time = fc.integer({ min: NOW - 20, max: NOW + 20 });
const interval: fc.Arbitrary<Interval> = fc
  .tuple(time, fc.option(fc.integer({ min: 0, max: 10 }), { nil: null }))
  .map(([startsAt, duration]) => ({ startsAt, endsAt: duration === null ? null : startsAt + duration }));
const command = fc.oneof(
  fc.record({ do: fc.constant('replace' as const), key, intervals: fc.array(interval, { maxLength: 3 }) }),
  fc.record({ do: fc.constant('add' as const), key, interval }),
  fc.record({ do: fc.constant('sweep' as const), before: time }),
);

function activeIn(intervals: readonly Interval[], at: number): boolean {
  return intervals.some(({ startsAt, endsAt }) => startsAt <= at && (endsAt === null || endsAt > at));
}

describe('the replica’s table', () => {
  it('answers as a map of intervals would, whatever is replaced, added, removed, grown or swept', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 400 }), (commands) => {
        const table = new IntervalTable();
        const model = new Map<string, readonly Interval[]>();
        let swept = NOW - 1000;
        for (const step of commands) {
          if (step.do === 'sweep') {
            swept = Math.max(swept, step.before);
            table.sweep({ over: step.before, quiet: step.before }, 256 * 100);
          } else if (step.do === 'replace') {
            table.replace(step.key, step.intervals);
            model.set(step.key.toString('hex'), step.intervals);
          } else {
            const { startsAt, endsAt } = step.interval;
            table.add(step.key, 0, { startsAt, endsAt: endsAt ?? Number.POSITIVE_INFINITY });
            const known = model.get(step.key.toString('hex')) ?? [];
            model.set(step.key.toString('hex'), [...known, step.interval]);
          }
        }
        for (const [hex, intervals] of model) {
          const bytes = Buffer.from(hex, 'hex');
          for (let at = Math.max(swept, NOW - 25); at < NOW + 40; at += 3) {
            expect(table.probeBytes(bytes, at, at)).toBe(activeIn(intervals, at));
            expect(table.probe(bytes.toString('latin1'), at, at)).toBe(activeIn(intervals, at));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('holds 200,000 uniform keys and forgets exactly the half that is removed', () => {
    const table = new IntervalTable();
    const keys = uniformKeys(200_000);
    for (const [index, bytes] of keys.entries()) {
      if (index % 3 === 0) table.add(bytes, 0, { startsAt: NOW, endsAt: NOW + DAY });
      else table.replace(bytes, [{ startsAt: NOW, endsAt: NOW + DAY }]);
    }
    expect(keys.filter((bytes) => !table.probeBytes(bytes, NOW, NOW))).toEqual([]);
    expect(table.size).toBe(200_000);
    for (let i = 0; i < keys.length; i += 2) table.replace(keys[i]!, []);
    expect(table.size).toBe(100_000);
    const wrong = keys.filter((bytes, i) => table.probeBytes(bytes, NOW, NOW) !== (i % 2 === 1));
    expect(wrong).toEqual([]);
    expect(table.bytes / 200_000).toBeLessThan(48);
  });

  it('begins an exclusion by the latest that now can be and ends it by the earliest', () => {
    const table = new IntervalTable();
    const bytes = Buffer.alloc(16, 7);
    table.replace(bytes, [{ startsAt: NOW, endsAt: NOW + 100 }]);
    expect(table.probeBytes(bytes, NOW - 10, NOW - 1)).toBe(false);
    expect(table.probeBytes(bytes, NOW - 10, NOW)).toBe(true);
    expect(table.probeBytes(bytes, NOW + 99, NOW + 150)).toBe(true);
    expect(table.probeBytes(bytes, NOW + 100, NOW + 150)).toBe(false);
  });

  it('tells the earliest start that is still to come', () => {
    const table = new IntervalTable();
    const bytes = Buffer.alloc(16, 7);
    const pending = { startsAt: NOW + DAY, endsAt: null };
    table.replace(bytes, [{ startsAt: NOW, endsAt: NOW + 100 }, pending]);
    expect(table.probeBytes(bytes, NOW, NOW)).toBe(true);
    expect(table.pendingStartsAt).toBe(NOW + DAY);
    expect(table.overflowing).toBe(1);
    table.replace(bytes, [pending]);
    expect(table.probeBytes(bytes, NOW, NOW)).toBe(false);
    expect(table.pendingStartsAt).toBe(NOW + DAY);
    expect(table.overflowing).toBe(0);
    table.probeBytes(Buffer.alloc(16, 8), NOW, NOW);
    expect(table.pendingStartsAt).toBe(Number.POSITIVE_INFINITY);
  });

  it('keeps a permanent exclusion for ever and one from before 1970 too', () => {
    const table = new IntervalTable();
    const bytes = Buffer.alloc(16, 1);
    table.replace(bytes, [{ startsAt: -DAY, endsAt: null }]);
    expect(table.intervalsOf(bytes)).toEqual([{ startsAt: 0, endsAt: null }]);
    expect(table.probeBytes(bytes, NOW * 100, NOW * 100)).toBe(true);
    table.sweep({ over: Number.MAX_SAFE_INTEGER, quiet: Number.MAX_SAFE_INTEGER }, 256 * 100);
    expect(table.size).toBe(1);
  });
});

function uniformKeys(count: number): Buffer[] {
  const values = new Uint32Array(4);
  let state = 0x9e3779b9;
  return Array.from({ length: count }, () => {
    for (let i = 0; i < 4; i++) {
      state = Math.imul(state ^ (state >>> 16), 0x85ebca6b) + 0x6d2b79f5;
      values[i] = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
    }
    return Buffer.from(values.buffer.slice(0));
  });
}
