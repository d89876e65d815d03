import { DatabaseClock } from '@kinga/server/domains/exclusions/replica/clock.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('the database’s clock as this node knows it', () => {
  it('has the true time between its bounds, however long question and answer were under way', () => {
    fc.assert(
      fc.property(
        fc.record({
          offset: fc.integer({ min: -1e12, max: 1e12 }),
          askedAt: fc.integer({ min: 0, max: 1e9 }),
          there: fc.integer({ min: 0, max: 5_000 }),
          back: fc.integer({ min: 0, max: 5_000 }),
          later: fc.integer({ min: 0, max: 1e6 }),
        }),
        ({ offset, askedAt, there, back, later }) => {
          const clock = new DatabaseClock();
          const answeredAt = askedAt + there + back;
          clock.adopt({ databaseMs: askedAt + there + offset, askedAt, answeredAt });
          const now = answeredAt + later;
          expect(clock.lower(now)).toBeLessThanOrEqual(now + offset);
          expect(clock.upper(now)).toBeGreaterThanOrEqual(now + offset);
          expect(clock.upper(now) - clock.lower(now)).toBe(there + back);
        },
      ),
    );
  });

  it('is never before an entry that has been applied', () => {
    const clock = new DatabaseClock();
    clock.adopt({ databaseMs: 1_000, askedAt: 0, answeredAt: 10 });
    clock.reached(5_000);
    clock.reached(4_000);
    expect(clock.upper(100)).toBe(5_000);
    expect(clock.upper(9_000)).toBe(10_000);
    expect(clock.lower(100)).toBe(1_090);
  });
});
