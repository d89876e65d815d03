import {
  intervalOf,
  isOver,
  KENYA_ZONE,
  parseGivenTime,
  statusOf,
  termOf as termUnder,
  unionOf,
} from '@kinga/server/domains/exclusions/rules/period.ts';
import { PERIODS, type Period } from '@kinga/shared/exclusions/contract.ts';
import { VERSION_ONE } from '@kinga/shared/policy/version-one.ts';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';

const nairobi = (iso: string) => DateTime.fromISO(iso, { zone: KENYA_ZONE }).toMillis();
const HOUR_MS = 3_600_000;
const termOf = (period: Period, startsAt: number) => termUnder(period, startsAt, VERSION_ONE.periods);

describe('terms', () => {
  test.each([
    ['24h', '2026-03-01T10:00', '2026-03-02T10:00'],
    ['7d', '2026-03-01T10:00', '2026-03-08T10:00'],
    ['30d', '2026-01-31T23:59:59.999', '2026-03-02T23:59:59.999'],
    ['6mo', '2026-08-31T12:00', '2027-02-28T12:00'],
    ['6mo', '2027-08-31T12:00', '2028-02-29T12:00'],
    ['6mo', '2026-08-30T00:00', '2027-02-28T00:00'],
    ['1y', '2028-02-29T08:00', '2029-02-28T08:00'],
    ['1y', '2026-12-31T23:30', '2027-12-31T23:30'],
  ] as const)('%s from %s ends at %s, Nairobi', (period, start, end) => {
    expect(termOf(period, nairobi(start)).endsAt).toBe(nairobi(end));
  });

  test('an evening in UTC is the next day in Nairobi, and so is its calendar', () => {
    expect(termOf('6mo', Date.parse('2026-08-30T21:30:00.000Z')).endsAt).toBe(
      Date.parse('2027-02-27T21:30:00.000Z'),
    );
  });

  test('exact ones end by themselves, from 6mo on only a granted return ends them', () => {
    for (const period of PERIODS) {
      const term = termOf(period, 0);
      const isExact = ['24h', '7d', '30d'].includes(period);
      expect(term.inForceUntil, period).toBe(isExact ? term.endsAt : null);
      expect(isOver(term, Number.MAX_SAFE_INTEGER), period).toBe(isExact);
    }
    expect(termOf('permanent', 0).endsAt).toBeNull();
  });

  test('the policy says how long a period is, and whether it stays in force after its end', () => {
    const { '30d': thirty, '6mo': half, ...others } = structuredClone(VERSION_ONE.periods);
    const rules = {
      ...others,
      '30d': { ...thirty, length: { hours: 721 }, staysUntilReturn: true },
      '6mo': { ...half, length: { months: 7 }, staysUntilReturn: false },
    };
    const start = nairobi('2026-01-31T10:00');
    expect(termUnder('30d', start, rules)).toMatchObject({
      endsAt: start + 721 * HOUR_MS,
      inForceUntil: null,
    });
    const end = nairobi('2026-08-31T10:00');
    expect(termUnder('6mo', start, rules)).toMatchObject({ endsAt: end, inForceUntil: end });
  });

  test('before 1970 the interval begins at 0', () => {
    expect(intervalOf({ startsAt: -5, inForceUntil: null })).toEqual({ startsAt: 0, endsAt: null });
  });

  test('pending before the start, active from it, ended from the end', () => {
    const term = termOf('24h', 1_000);
    expect(statusOf(term, 999)).toBe('pending');
    expect(statusOf(term, 1_000)).toBe('active');
    expect(statusOf(term, 1_000 + 24 * HOUR_MS - 1)).toBe('active');
    expect(statusOf(term, 1_000 + 24 * HOUR_MS)).toBe('ended');
  });
});

describe('times as people give them', () => {
  test.each([
    ['2026-11-20', '2026-11-19T21:00:00.000Z'],
    ['2026-11-20T10:00:00Z', '2026-11-20T10:00:00.000Z'],
    ['2026-11-20T10:00:00+03:00', '2026-11-20T07:00:00.000Z'],
    ['2026-11-20T10:00:00.123456Z', '2026-11-20T10:00:00.123Z'],
    ['2026-11-20 10:00', '2026-11-20T07:00:00.000Z'],
    ['2028-02-29', '2028-02-28T21:00:00.000Z'],
  ])('%s is %s', (given, expected) => expect(parseGivenTime(given)).toBe(Date.parse(expected)));

  test.each([
    '',
    '2026',
    '2026-11',
    '2026-02-30',
    '2026-13-01',
    '2026-00-10',
    '20/11/2026',
    '2026-W05',
    '0001-01-01',
    '9999-12-31',
    '2026-11-20T25:00:00Z',
  ])('not a time: %j', (given) => expect(parseGivenTime(given)).toBeUndefined());
});

test('a union is in order, disjoint, and holds exactly the instants of its parts', () => {
  const interval = fc
    .tuple(fc.nat(40), fc.option(fc.integer({ min: 1, max: 12 })))
    .map(([startsAt, length]) => ({ startsAt, endsAt: length === null ? null : startsAt + length }));
  const holds = (spans: readonly { startsAt: number; endsAt: number | null }[], at: number) =>
    spans.some(({ startsAt, endsAt }) => startsAt <= at && (endsAt === null || at < endsAt));
  fc.assert(
    fc.property(fc.array(interval, { maxLength: 8 }), (intervals) => {
      const union = unionOf(intervals);
      for (let at = 0; at < 60; at++) expect(holds(union, at)).toBe(holds(intervals, at));
      for (const [i, span] of union.entries()) {
        const next = union[i + 1];
        if (next !== undefined) expect(span.endsAt!).toBeLessThan(next.startsAt);
      }
    }),
  );
});
