import { PERIODS } from '@kinga/shared/exclusions/contract.ts';
import type { ExclusionCycle, LIFE_CYCLE_ACTIONS } from '@kinga/shared/exclusions/life-cycle.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hexOf } from '../support.ts';
import { DAY_MS, endOf, openWorld, type Someone, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const HOUR_MS = 3_600_000;
const YEARS_3_MS = 3 * 365 * DAY_MS;

type Step =
  | { readonly do: (typeof LIFE_CYCLE_ACTIONS)[number]; readonly input: object }
  | { readonly do: 'wait'; readonly ms: number };

const wait = fc
  .constantFrom(
    HOUR_MS,
    DAY_MS,
    6 * DAY_MS,
    8 * DAY_MS,
    29 * DAY_MS,
    100 * DAY_MS,
    370 * DAY_MS,
    1_100 * DAY_MS,
  )
  .map((ms): Step => ({ do: 'wait', ms }));
const command = fc.oneof(
  fc.constantFrom(...PERIODS).map((period): Step => ({ do: 'extend', input: { period } })),
  fc.boolean().map((renews): Step => ({ do: 'setRenewal', input: { renews } })),
  fc
    .constantFrom('requestReturn' as const, 'confirmReturn' as const, 'cancelReturn' as const)
    .map((name): Step => ({ do: name, input: {} })),
);
/** By chance alone hardly anybody would find the way back. */
const wayBack = fc
  .tuple(wait, fc.constantFrom(6, 8, 31))
  .map(([minimum, days]): Step[] => [
    minimum,
    { do: 'requestReturn', input: {} },
    { do: 'wait', ms: days * DAY_MS },
    { do: 'confirmReturn', input: {} },
  ]);
const renewal = wait.map((cycles): Step[] => [
  { do: 'setRenewal', input: { renews: true } },
  cycles,
  { do: 'setRenewal', input: { renews: false } },
]);
const single = fc.oneof(wait, command).map((step) => [step]);
const steps = fc
  .array(fc.oneof({ arbitrary: single, weight: 4 }, { arbitrary: fc.oneof(wayBack, renewal), weight: 2 }), {
    minLength: 3,
    maxLength: 12,
  })
  .map((parts) => parts.flat());

/** The authority behind every bet. */
async function isExcluded(who: Someone): Promise<boolean> {
  const key = Buffer.from(hexOf(world.hub.platform, who.byNationalId), 'hex');
  const { rowCount } = await world.pool.query('SELECT FROM register_excluded_keys($1)', [[key]]);
  return (rowCount ?? 0) > 0;
}

/** What was promised, in a time that passes by `elapsed` while the clock stands nearly still. */
interface Promised {
  readonly elapsed: number;
  /** The latest end that was ever promised; of a permanent one the first day of which anybody may ask to return. */
  readonly end: number;
  /** It was ever said that it stays in force until a return is confirmed. */
  readonly stays: boolean;
  readonly confirmed: boolean;
}

function promisedBy(cycle: ExclusionCycle, before: Promised, now: number): Promised {
  const end =
    cycle.endsAt === null
      ? Date.parse(cycle.returnPossibleFrom ?? '') || now + YEARS_3_MS - DAY_MS
      : endOf(cycle);
  return {
    ...before,
    end: Math.max(before.end, end + before.elapsed),
    stays: before.stays || cycle.staysUntilReturn,
  };
}

it('no sequence of commands and time moves the promised end earlier, or opens a CLEAR moment before it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...PERIODS), steps, async (period, sequence) => {
      const me = await world.someone();
      const { id } = await world.register(me, period);
      const first = (await world.mine(me)).items[0]!;
      let promised = promisedBy(first, { elapsed: 0, end: 0, stays: false, confirmed: false }, Date.now());
      let ends = endOf(first);
      for (const step of sequence) {
        if (step.do === 'wait') {
          await world.passTime(id, step.ms);
          promised = { ...promised, elapsed: promised.elapsed + step.ms };
        } else {
          const answer = await world.call(`exclusions.${step.do}`, { id, ...step.input }, me.token);
          if (!answer.ok) expect(answer.error.code).toBe('CONFLICT');
          else {
            const cycle = answer.data as ExclusionCycle;
            const told = endOf(cycle) + promised.elapsed;
            expect(told, `${step.do} moved the end`).toBeGreaterThanOrEqual(ends);
            ends = told;
            if (step.do === 'confirmReturn') promised = { ...promised, confirmed: true };
            else promised = promisedBy(cycle, promised, Date.now());
          }
        }
        if (await isExcluded(me)) continue;
        expect(Date.now() + promised.elapsed, 'CLEAR before the promised end').toBeGreaterThanOrEqual(
          promised.end,
        );
        if (promised.stays) expect(promised.confirmed, 'CLEAR without a confirmed return').toBe(true);
      }
    }),
    { numRuns: Number(process.env.PROMISE_RUNS ?? 25), interruptAfterTimeLimit: 45_000 },
  );
});
