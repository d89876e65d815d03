import { HUB_ROLE } from '@kinga/server/platform/db/database.ts';
import { expect, test } from 'vitest';
import { createTestDatabase } from '../support/database.ts';
import { createTestPlatform } from '../support/platform.ts';
import { describeWithRedis, describeWithRedisServer, redisUrl, startRedis } from '../support/redis.ts';

test('each test has a migrated database of its own, used as the role of the hub', async () => {
  await using one = await createTestDatabase();
  await using two = await createTestDatabase();
  await one.db.query(`INSERT INTO outbox (kind, topic, type, data) VALUES ('event', 't', 't', '{}')`);
  expect((await one.pool.query('SELECT count(*)::int AS n FROM outbox')).rows).toEqual([{ n: 1 }]);
  expect((await two.pool.query('SELECT count(*)::int AS n FROM outbox')).rows).toEqual([{ n: 0 }]);
  expect((await one.db.query('SELECT current_user AS name')).rows).toEqual([{ name: HUB_ROLE }]);
});

test('a platform for one domain: secrets known to the database, a bus, no log', async () => {
  await using database = await createTestDatabase();
  await using platform = await createTestPlatform(database);
  const { rows } = await platform.db.query('SELECT count(*)::int AS n FROM secret_checks');
  expect(rows).toEqual([{ n: 4 }]);
  expect(platform.config.databaseUrl).toBe(database.url);
});

describeWithRedis('the shared Redis', () => {
  test('has an address', () => {
    expect(redisUrl()).toMatch(/^redis:/);
  });
});

describeWithRedisServer('a private Redis', () => {
  test('may be killed and comes back on its port', async () => {
    await using redis = await startRedis();
    await redis.kill();
    await redis.start();
    expect(redis.url).toContain(String(redis.port));
  });
});
