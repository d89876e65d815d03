import { HUB_ROLE } from '@kinga/server/platform/db/database.ts';
import { expect, test } from 'vitest';
import { helloOf, ok, refused } from '../support/client.ts';
import { createTestDatabase } from '../support/database.ts';
import { startTestHub } from '../support/hub.ts';
import { newPerson } from '../support/people.ts';
import { createTestPlatform } from '../support/platform.ts';
import { describeWithRedis, describeWithRedisServer, redisUrl, startRedis } from '../support/redis.ts';
import { spawnHub } from '../support/spawn-hub.ts';

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

test('a hub in this process: an administrator, an operator, a bettor, sockets and HTTP', async () => {
  await using hub = await startTestHub();
  const { apiKey } = await hub.operatorKey();
  const person = newPerson();
  const { token } = await hub.admin();
  const registration = { identifiers: person.identifiers, period: '7d', source: 'person' };
  const registered = ok((await hub.http('exclusions.register', registration, { token })).body);
  expect(registered.seq).toBeGreaterThan(0);

  const socket = await hub.connect({ apiKey });
  expect(helloOf(socket).node).toBe(hub.node);
  const question = { identifiers: [person.byPhone], purpose: 'bet' };
  expect(ok(await hub.call(socket, 'exclusions.lookup', question)).status).toBe('EXCLUDED');
  const forbidden = refused(await hub.call(socket, 'operators.list'));
  expect(forbidden.code).toBe('FORBIDDEN');

  const bettor = await hub.bettor(newPerson().identifiers);
  expect(bettor.account.role).toBe('bettor');
});

test('two nodes on one database, one of them a process that is killed and started again', async () => {
  await using here = await startTestHub();
  const person = newPerson();
  const { apiKey } = await here.operatorKey();
  const { token } = await here.admin();
  const registration = { identifiers: person.identifiers, period: '7d', source: 'person' };
  ok((await here.http('exclusions.register', registration, { token })).body);
  const question = { identifiers: [person.byPhone], purpose: 'bet' };
  {
    await using there = await spawnHub(here.database);
    const answer = await there.http('exclusions.lookup', question, { apiKey });
    expect(ok(answer.body).status).toBe('EXCLUDED');
    expect(await there.kill()).toBeNull();
  }
  await using again = await spawnHub(here.database);
  const socket = await again.connect({ apiKey });
  expect(ok(await again.call(socket, 'exclusions.lookup', question)).status).toBe('EXCLUDED');
});
