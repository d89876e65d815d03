import { entities } from '@kinga/server/domains/markets/entities.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BALANCED, type Bettor, betting, trialBalance } from '../markets/world.ts';
import { callBy } from '../support/call.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestPlatform, type TestPlatform } from '../support/platform.ts';

let database: TestDatabase;
let platform: TestPlatform;

beforeAll(async () => {
  database = await createTestDatabase();
  platform = await createTestPlatform(database, { entities });
});
afterAll(async () => {
  await platform?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
});

const person = fc.nat({ max: 3 });
const move = fc.oneof(
  fc.record({ kind: fc.constant('fund' as const), person, amount: fc.integer({ min: 1, max: 20_000 }) }),
  fc.record({
    kind: fc.constant('bet' as const),
    person,
    amount: fc.integer({ min: 1, max: 20_000 }),
    market: fc.nat({ max: 1 }),
    outcome: fc.constantFrom('YES' as const, 'NO' as const),
    /** Few, so that some come twice. */
    key: fc.nat({ max: 30 }),
  }),
);

it('is zero at every moment, whatever happens at the same time', async () => {
  const world = betting(platform);
  const admin = callBy(await world.newBettor());
  const bettors: Bettor[] = [];
  for (let i = 0; i < 4; i++) bettors.push(await world.newBettor('30000'));
  const markets = [await world.newMarket(), await world.newMarket()];
  await fc.assert(
    fc.asyncProperty(fc.array(move, { minLength: 1, maxLength: 40 }), async (moves) => {
      let done = false;
      const watched = (async () => {
        while (!done) expect(await trialBalance(platform.db)).toEqual(BALANCED);
      })();
      const results = await Promise.allSettled(
        moves.map(async (step) => {
          const bettor = bettors[step.person];
          if (!bettor) throw new Error('no such bettor');
          if (step.kind === 'fund') {
            return world.wallet.fund(
              { accountId: bettor.accountId, amountMinor: String(step.amount) },
              admin,
            );
          }
          return world.bet(bettor, markets[step.market]?.id ?? '', {
            outcome: step.outcome,
            stakeMinor: String(step.amount),
            idempotencyKey: `k${step.key}`,
          });
        }),
      );
      done = true;
      await watched;
      for (const result of results) {
        if (result.status === 'fulfilled') continue;
        expect(['INSUFFICIENT_FUNDS', 'STAKE_TOO_SMALL', 'IDEMPOTENCY_CONFLICT']).toContain(
          result.reason.code,
        );
      }
      const pools = await platform.db.query(
        `SELECT 1 FROM markets AS m JOIN ledger_accounts AS a ON a.id = 'pool:' || m.id
          WHERE a.balance_minor <> m.pool_yes_minor + m.pool_no_minor
             OR a.balance_minor <> (SELECT coalesce(sum(stake_minor), 0) FROM bets WHERE market_id = m.id)`,
      );
      expect(pools.rows).toEqual([]);
    }),
    { numRuns: 15 },
  );
});
