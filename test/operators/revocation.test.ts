import type { Bye } from '@kinga/shared/contract/wire.ts';
import type { Socket } from 'socket.io-client';
import { expect, test } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { ranMs } from '../support/promptly.ts';
import { describeWithRedisServer, startRedis } from '../support/redis.ts';

const GOOD_LOOKUP = { identifiers: [{ type: 'nationalId', value: '23456789' }], purpose: 'bet' };

function ended(socket: Socket): Promise<{ bye: Bye | undefined; atMs: number }> {
  let bye: Bye | undefined;
  socket.once('bye', (message: Bye) => {
    bye = message;
  });
  return new Promise((resolve) => socket.once('disconnect', () => resolve({ bye, atMs: ranMs() })));
}

/** A key with a socket on each node is revoked on the first. */
async function revokeOnFirst(one: TestHub, two: TestHub) {
  const { token } = await one.admin();
  const key = await one.operatorKey();
  const spared = await one.operatorKey();
  const sockets = [await one.connect({ apiKey: key.apiKey }), await two.connect({ apiKey: key.apiKey })];
  const survivor = await two.connect({ apiKey: spared.apiKey });
  const ends = sockets.map(ended);
  ok((await one.http('operators.revokeKey', { keyId: key.keyId }, { token })).body);
  const ackMs = ranMs();
  for (const { bye, atMs } of await Promise.all(ends)) {
    expect(bye?.code).toBe('REVOKED');
    expect(atMs - ackMs).toBeLessThan(1_000);
  }
  for (const hub of [one, two]) {
    expect((await hub.http('exclusions.lookup', GOOD_LOOKUP, { apiKey: key.apiKey })).status).toBe(401);
    await expect(hub.connect({ apiKey: key.apiKey })).rejects.toMatchObject({
      data: { code: 'UNAUTHENTICATED' },
    });
  }
  expect(ok(await two.call(survivor, 'exclusions.lookup', GOOD_LOOKUP)).status).toBe('CLEAR');
}

test('a revoked key: its sockets close within a second on every node, without Redis', async () => {
  await using one = await startTestHub();
  await using two = await startTestHub({ database: one.database });
  await revokeOnFirst(one, two);
});

describeWithRedisServer('with Redis', () => {
  test('a revoked key: its sockets close within a second on every node', async () => {
    await using redis = await startRedis();
    await using one = await startTestHub({ redisUrl: redis.url });
    await using two = await startTestHub({ redisUrl: redis.url, database: one.database });
    await revokeOnFirst(one, two);
  });

  test('a revoked key: its sockets close within a second on every node, also with Redis dead', async () => {
    await using redis = await startRedis();
    await using one = await startTestHub({ redisUrl: redis.url });
    await using two = await startTestHub({ redisUrl: redis.url, database: one.database });
    await redis.kill();
    await revokeOnFirst(one, two);
  });

  test('a revoked key: its sockets close within a second on every node, also with Redis frozen', async () => {
    await using redis = await startRedis();
    await using one = await startTestHub({ redisUrl: redis.url });
    await using two = await startTestHub({ redisUrl: redis.url, database: one.database });
    redis.freeze();
    try {
      await revokeOnFirst(one, two);
    } finally {
      redis.thaw();
    }
  });
});

test('only administrators enter operators and touch keys; regulators may look', async () => {
  await using hub = await startTestHub();
  const bettor = await hub.bettor();
  const regulator = await hub.account('regulator');
  const key = await hub.operatorKey();
  const calls: [string, unknown][] = [
    ['operators.create', { name: 'A', licenceNo: 'B', contactEmail: 'c@kinga.test' }],
    ['operators.issueKey', { operatorId: key.operatorId, label: 'x', scopes: ['exclusions:lookup'] }],
    ['operators.revokeKey', { keyId: key.keyId }],
  ];
  const code = async (name: string, input: unknown, credentials: object) =>
    refused((await hub.http(name, input, credentials)).body as never).code;
  for (const [name, input] of calls) {
    expect(await code(name, input, {}), name).toBe('UNAUTHENTICATED');
    for (const credentials of [{ token: bettor.token }, { token: regulator.token }, { apiKey: key.apiKey }]) {
      expect(await code(name, input, credentials), name).toBe('FORBIDDEN');
    }
  }
  expect(await code('operators.list', {}, { token: bettor.token })).toBe('FORBIDDEN');
  const list = ok((await hub.http('operators.list', {}, { token: regulator.token })).body);
  expect(list.items.map((operator) => operator.id)).toEqual([key.operatorId]);
  const { token } = await hub.admin();
  const empty = await hub.http(
    'operators.create',
    { name: ' ', licenceNo: 'B', contactEmail: 'x' },
    { token },
  );
  expect(
    refused(empty.body)
      .details?.map((detail) => detail.path)
      .sort(),
  ).toEqual(['contactEmail', 'name']);
});

test('a key does what its scopes say, and nothing else', async () => {
  await using hub = await startTestHub();
  const lookup = await hub.operatorKey(['exclusions:lookup']);
  const watch = await hub.operatorKey(['exclusions:watch']);
  const topic = { topic: 'exclusions/changes' };
  const looking = await hub.connect({ apiKey: lookup.apiKey });
  ok(await hub.call(looking, 'exclusions.lookup', GOOD_LOOKUP));
  expect(refused(await hub.call(looking, 'watch', topic)).code).toBe('FORBIDDEN');
  const watching = await hub.connect({ apiKey: watch.apiKey });
  ok(await hub.call(watching, 'watch', topic));
  expect(refused(await hub.call(watching, 'exclusions.lookup', GOOD_LOOKUP)).code).toBe('FORBIDDEN');
});
