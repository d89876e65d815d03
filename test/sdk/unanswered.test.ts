import { Unanswered } from '@kinga/client-sdk/unanswered.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

interface Call {
  readonly name: number;
  place: number;
  order: number;
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.constant('send' as const) },
  { weight: 5, arbitrary: fc.nat().map((which) => ({ answer: which })) },
  { weight: 1, arbitrary: fc.constant('take all' as const) },
);

describe('unanswered calls', () => {
  test('are those sent and not yet answered, in the order they were sent, in whatever order answers come', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const unanswered = new Unanswered<Call>();
        const every: Call[] = [];
        let expected: Call[] = [];
        for (const what of steps) {
          if (what === 'send') {
            const call = { name: every.length, place: -1, order: 0 };
            every.push(call);
            expected.push(call);
            unanswered.add(call);
          } else if (what === 'take all') {
            expect(unanswered.takeAll()).toEqual(expected);
            expected = [];
          } else if (every.length > 0) {
            // Also one that was answered before: an answer may come twice.
            const call = every[what.answer % every.length]!;
            expect(unanswered.delete(call)).toBe(expected.includes(call));
            expected = expected.filter((other) => other !== call);
          }
          expect(unanswered.size).toBe(expected.length);
          expect(unanswered.all()).toEqual(expected);
        }
      }),
    );
  });
});
