import { randomBytes } from 'node:crypto';
import { entities } from '@kinga/server/domains/markets/entities.ts';
import { newSecrets } from '@kinga/server/platform/crypto/secrets.ts';
import { Database } from '@kinga/server/platform/db/database.ts';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestPlatform, type TestPlatform } from '../support/platform.ts';
import { betting, excludeNow } from './world.ts';

let database: TestDatabase;
let nodes: TestPlatform[];

/** Two nodes: pools of their own on one database. */
beforeAll(async () => {
  database = await createTestDatabase();
  const secrets = newSecrets();
  const second = new Database({
    url: database.url,
    log: pino({ level: 'silent' }),
    applicationName: 'kinga-test-2',
  });
  nodes = [
    await createTestPlatform(database, { entities, secrets }),
    await createTestPlatform(database, { entities, secrets, db: second }),
  ];
});
afterAll(async () => {
  await nodes?.[1]?.db.close();
  for (const node of nodes ?? []) await node[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
});

function two() {
  const [a, b] = nodes;
  if (!a || !b) throw new Error('two nodes are needed');
  return { a, b };
}

describe('an exclusion against bets', () => {
  it('refuses every bet that ends after its acknowledgement, on either node, with replicas that know nothing', async () => {
    const { a, b } = two();
    const worlds = [betting(a), betting(b)] as const;
    const market = await worlds[0].newMarket();
    for (let round = 0; round < 25; round++) {
      const bettor = await worlds[0].newBettor('100000000');
      let acknowledgedAt: string | undefined;
      let stop = false;
      const keepBetting = async (world: (typeof worlds)[number]) => {
        while (!stop) {
          const sentAfter = acknowledgedAt !== undefined;
          const outcome = await world.bet(bettor, market.id).then(
            () => 'placed',
            (error: { code: string }) => error.code,
          );
          if (sentAfter) expect(outcome).toBe('EXCLUDED');
        }
      };
      const betters = [...worlds, ...worlds].map(keepBetting);
      await worlds[0].bet(bettor, market.id);
      await excludeNow(round % 2 ? a.db : b.db, bettor.key);
      const { rows } = await a.db.query<{ now: string }>('SELECT clock_timestamp()::text AS now');
      acknowledgedAt = rows[0]?.now;
      await Promise.all(worlds.map((world) => world.bet(bettor, market.id).catch(() => undefined)));
      stop = true;
      await Promise.all(betters);
      const late = await a.db.query(
        'SELECT placed_at FROM bets WHERE account_id = $1 AND placed_at > $2::timestamptz',
        [bettor.accountId, acknowledgedAt],
      );
      expect(late.rows).toEqual([]);
    }
  });

  it('refuses by what an account is known by now, on a node that read it a moment ago', async () => {
    const { a, b } = two();
    const world = betting(a);
    const [market, bettor] = [await world.newMarket(), await world.newBettor()];
    await world.bet(bettor, market.id);
    const added = randomBytes(16);
    await b.db.query(
      `INSERT INTO account_identifiers (account_id, key, type, sealed) VALUES ($1, $2, 'phone', '')`,
      [bettor.accountId, added],
    );
    await world.bet(bettor, market.id);
    await excludeNow(b.db, added);
    await expect(world.bet(bettor, market.id)).rejects.toMatchObject({ code: 'EXCLUDED' });
  });

  it('is refused from memory at once, but a bet placed before is still answered', async () => {
    const { a } = two();
    const excluded = new Set<string>();
    const world = betting(a, (keys) => keys.some((key) => excluded.has(key.toString('hex'))));
    const [market, bettor] = [await world.newMarket(), await world.newBettor()];
    const before = await world.bet(bettor, market.id, { idempotencyKey: 'before' });
    excluded.add(bettor.key.toString('hex'));
    await expect(world.bet(bettor, market.id)).rejects.toMatchObject({ code: 'EXCLUDED' });
    expect(await world.bet(bettor, market.id, { idempotencyKey: 'before' })).toEqual(before);
    await expect(
      world.bet(bettor, market.id, { idempotencyKey: 'before', stakeMinor: '2001' }),
    ).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
  });
});
