import { afterAll, beforeAll, expect, it } from 'vitest';
import { ok, refused } from '../../support/client.ts';
import { startTestHub, type TestHub } from '../../support/hub.ts';
import { probe } from '../../support/probe.ts';
import { brokenAt } from '../support.ts';
import { DAY_MS, endOf, openWorld, type Someone, type World } from './world.ts';

let world: World;
let other: TestHub;
beforeAll(async () => {
  world = await openWorld();
  other = await startTestHub({ database: world.hub.database });
});
afterAll(async () => {
  await other[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

/** Whose return can be confirmed now. */
async function nearlyBack(): Promise<{ me: Someone; id: string }> {
  const me = await world.someone();
  const { id } = await world.register(me, '6mo');
  await world.passTime(id, 200 * DAY_MS);
  ok(await world.call('exclusions.requestReturn', { id }, me.token));
  await world.passTime(id, 8 * DAY_MS);
  return { me, id };
}

it('extending and confirming the return at once on two nodes: one after the other, never both', async () => {
  for (let round = 0; round < 5; round++) {
    const { me, id } = await nearlyBack();
    const { token } = me;
    const [extended, confirmed] = await Promise.all([
      other.http('exclusions.extend', { id, period: '1y' }, { token }).then(({ body }) => body),
      world.call('exclusions.confirmReturn', { id }, token),
    ]);
    expect([extended.ok, confirmed.ok].filter(Boolean), 'exactly one of them').toHaveLength(1);
    const loser = refused(extended.ok ? confirmed : extended);
    expect(loser.code).toBe('CONFLICT');
    const [now] = (await world.mine(me)).items;
    expect(now?.status).toBe(extended.ok ? 'active' : 'ended');
  }
  expect(await brokenAt(world.pool)).toBeUndefined();
});

it('of many extensions at once each is later than the one before, and the last one holds', async () => {
  const me = await world.someone();
  const { id } = await world.register(me, '24h');
  const periods = ['7d', '30d', '6mo', '1y', '7d', '30d', '6mo', '1y'] as const;
  const answers = await Promise.all(
    periods.map((period, index) =>
      (index % 2 === 0 ? world.hub : other).http('exclusions.extend', { id, period }, { token: me.token }),
    ),
  );
  const extended = answers.flatMap(({ body }) => (body.ok ? [body.data] : []));
  for (const { body } of answers) if (!body.ok) expect(body.error.code).toBe('CONFLICT');
  const inOrder = extended.sort((a, b) => a.seq - b.seq).map(endOf);
  expect(inOrder).toEqual([...inOrder].sort((a, b) => a - b));
  const [held] = (await world.mine(me)).items;
  expect(held?.period).toBe('1y');
  expect(endOf(held!)).toBe(inOrder.at(-1));
});

it('a command whose answer was lost is repeated under its key on another node, and happens once', async () => {
  const { me, id } = await nearlyBack();
  const socket = await world.hub.connect({ token: me.token });
  const meta = { idempotencyKey: `confirm-${id}` };
  // Gone before the answer: whether it was committed is not known.
  socket.emit('exclusions.confirmReturn', { id }, meta, () => {});
  await probe(async () => (await world.mine(me)).items[0]?.status === 'ended');
  socket.disconnect();
  const headers = { 'idempotency-key': meta.idempotencyKey };
  const repeat = (hub: TestHub) =>
    hub.http('exclusions.confirmReturn', { id }, { token: me.token, headers }).then(({ body }) => ok(body));
  const [first, second] = [await repeat(other), await repeat(world.hub)];
  expect(second).toEqual(first);
  const { rows } = await world.pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM exclusion_terms WHERE exclusion_id = $1 AND change = 'lifted'`,
    [id],
  );
  expect(rows).toEqual([{ count: 1 }]);
});

it('the lookups of both nodes follow an extension of what was about to end, and a return', async () => {
  const { apiKey } = await world.hub.operatorKey();
  const { me, id } = await nearlyBack();
  const input = { identifiers: [me.byNationalId], purpose: 'login' };
  const check = async (hub: TestHub) => ok((await hub.http('exclusions.lookup', input, { apiKey })).body);
  const { seq } = ok(await world.call('exclusions.confirmReturn', { id }, me.token));
  for (const hub of [world.hub, other]) await probe(async () => (await check(hub)).status === 'CLEAR');
  expect((await check(other)).seq).toBeGreaterThanOrEqual(seq);

  const short = await world.register(me, '24h');
  await world.passTime(short.id, DAY_MS - 60_000);
  ok(await world.call('exclusions.extend', { id: short.id, period: '7d' }, me.token));
  await probe(async () => (await check(other)).status === 'EXCLUDED');
  const { rows } = await world.pool.query(
    'SELECT ends_at < now() + interval $$2 min$$ AS soon FROM exclusions WHERE id = $1',
    [short.id],
  );
  expect(rows).toEqual([{ soon: false }]);
});
