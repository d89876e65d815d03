import type { FeedEvent } from '@kinga/shared/contract/wire.ts';
import type { Live } from '@kinga/shared/monitoring/contract.ts';
import { expect, test } from 'vitest';
import { ok } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { probe } from '../support/probe.ts';

const ON = { env: { CANARIES: '1' } };

const ROUTES = ['batch', 'http', 'socket', 'token'];

async function failed(hub: TestHub, state: 'open' | 'resolved' = 'open') {
  const { token } = await hub.admin();
  const { body } = await hub.http('alerts.list', { kind: 'canary.failed', state }, { token });
  return ok(body).items;
}

const routesOf = (alerts: Awaited<ReturnType<typeof failed>>) =>
  alerts.map(({ facts }) => String(facts.route)).sort();

/** Everybody loads the register again, as it is in the tables now. */
async function newEpoch(hub: TestHub) {
  await hub.database.pool.query('UPDATE database_epoch SET epoch = gen_random_uuid()');
}

/** The live figures as a watcher sees them. */
async function watchLive(hub: TestHub): Promise<() => Live | undefined> {
  const { token } = await hub.admin();
  const socket = await hub.connect({ token });
  let latest: Live | undefined;
  socket.on('event', ({ data }: FeedEvent) => {
    latest = data as Live;
  });
  ok(await hub.call(socket, 'watch', { topic: 'monitoring/live' }));
  return () => latest;
}

test('every node asks itself about two excluded and two clear persons on four routes, and is right', async () => {
  await using one = await startTestHub(ON);
  await using two = await startTestHub({ ...ON, database: one.database });
  const live = await watchLive(two);
  const seen = await probe(() => live()?.canaries?.ok === 32 && live());
  expect(seen).toMatchObject({ canaries: { ok: 32, failing: 0, lastAt: expect.any(String) } });
  expect(seen.nodes.map(({ canaries }) => canaries?.ok)).toEqual([16, 16]);
  // Its own sockets are nobody's.
  expect(seen.sockets.key).toBe(0);
  // A round that was late is told, and its alarm ends with the next one.
  await probe(async () => (await failed(one)).length === 0);
  const { rows } = await one.database.pool.query(
    'SELECT expected, count(*)::int FROM canaries GROUP BY expected ORDER BY expected',
  );
  expect(rows).toEqual([
    { expected: 'CLEAR', count: 2 },
    { expected: 'EXCLUDED', count: 2 },
  ]);
  const metrics = await (await fetch(`${one.url}/metrics`)).text();
  expect(metrics).toMatch(/kinga_canaries\{state="ok"[^}]*\} 16/);
});

test('figures and lists leave the canaries out, and their key opens nothing to anybody else', async () => {
  await using hub = await startTestHub(ON);
  const live = await watchLive(hub);
  await probe(() => live()?.canaries?.ok === 16);
  const { token } = await hub.admin();
  const read = async <TName extends string>(name: TName, input: object) =>
    ok((await hub.http(name, input, { token })).body);
  expect((await read('exclusions.list', {})).items).toEqual([]);
  expect((await read('operators.list', {})).items).toEqual([]);
  expect((await read('tokens.statistics', {})).items).toEqual([]);
  const today = new Date(Date.now() + 3 * 3_600_000).toISOString().slice(0, 10);
  await probe(async () => {
    const { rows } = await hub.database.pool.query('SELECT count(*)::int AS count FROM checks');
    return rows[0].count > 0;
  });
  const statistics = await read('exclusions.statistics', { from: today, to: today });
  expect(statistics).toMatchObject({
    now: { active: 0 },
    registrations: { total: 0 },
    checks: { checks: 0, byOperator: [] },
  });
  expect((await read('exclusions.report', { from: today, to: today })).rows).toEqual([]);
  const forged = `kk_canary_${'A'.repeat(43)}`;
  const { status } = await hub.http('operators.list', {}, { apiKey: forged });
  expect(status).toBe(401);
});

test('a register that lost an exclusion: the alarm on every route; right again: it ends by itself', async () => {
  await using hub = await startTestHub(ON);
  const { pool } = hub.database;
  const live = await watchLive(hub);
  await probe(() => live()?.canaries?.ok === 16);
  // Behind the register's back, as only the owner of the tables can.
  await pool.query(`UPDATE exclusions SET in_force_until = starts_at WHERE canary`);
  await newEpoch(hub);
  const alerts = await probe(async () => {
    const open = await failed(hub);
    return open.length === ROUTES.length && open;
  });
  expect(routesOf(alerts)).toEqual(ROUTES);
  for (const { severity, facts, explanation } of alerts) {
    expect(severity).toBe('critical');
    expect(facts).toMatchObject({ node: hub.node });
    expect(JSON.stringify(facts)).not.toMatch(/KINGACANARY/);
    expect(explanation).not.toMatch(/KINGACANARY/);
  }
  await probe(() => (live()?.canaries?.failing ?? 0) >= 8);
  await pool.query('UPDATE exclusions SET in_force_until = NULL WHERE canary');
  await newEpoch(hub);
  await probe(async () => (await failed(hub)).length === 0);
  const ended = (await failed(hub, 'resolved')).map(({ id }) => id);
  for (const { id } of alerts) expect(ended).toContain(id);
  await probe(() => live()?.canaries?.ok === 16 && live()?.canaries?.failing === 0);
});

test('a register that calls somebody excluded who is not; an alert of a node that is gone is closed', async () => {
  await using hub = await startTestHub(ON);
  const { pool } = hub.database;
  const live = await watchLive(hub);
  await probe(() => live()?.canaries?.ok === 16);
  await pool.query(
    `INSERT INTO alerts (id, kind, severity, open_key, explanation, facts, last_seen_at)
     VALUES ('alr_gone', 'canary.failed', 'critical', 'gone:http', 'a node', '{}', now() - interval '2 minutes')`,
  );
  await probe(async () => (await failed(hub, 'resolved')).some(({ id }) => id === 'alr_gone'));
  // As if the two that are clear were expected to be excluded, to a node that begins now.
  await pool.query(`UPDATE canaries SET expected = 'EXCLUDED'`);
  await using other = await startTestHub({ ...ON, database: hub.database });
  const openOf = async (node: string) => (await failed(hub)).filter(({ facts }) => facts.node === node);
  await probe(async () => (await openOf(other.node)).length === ROUTES.length);
  await probe(async () => (await openOf(hub.node)).length === 0);
  // The node that is right leaves the other one's alarms alone.
  const before = live()?.canaries?.lastAt;
  await probe(() => live()?.canaries?.lastAt !== before);
  expect(await openOf(other.node)).toHaveLength(ROUTES.length);
});
