import { computeDaily } from '@kinga/server/domains/analytics/index.ts';
import { DateTime } from 'luxon';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ok, refused } from '../../support/client.ts';
import { newPerson } from '../../support/people.ts';
import { probe } from '../../support/probe.ts';
import { openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
  // What is counted as of today must not turn into yesterday's.
  await probe(() => msToMidnight() > MIDNIGHT_NEAR_MS, { timeoutMs: 2 * MIDNIGHT_NEAR_MS });
});
afterAll(() => world[Symbol.asyncDispose]());

const MIDNIGHT_NEAR_MS = 30_000;
const msToMidnight = () => {
  const now = DateTime.now().setZone('Africa/Nairobi');
  return now.endOf('day').toMillis() - now.toMillis();
};
const today = () => DateTime.now().setZone('Africa/Nairobi').toISODate() ?? '';

it('counts registrations and checks of today, by everything one could ask, and a row for each operator', async () => {
  const { token } = world.admin;
  const [asking, silent] = [await world.hub.operatorKey(), await world.hub.operatorKey()];
  const excluded = newPerson();
  for (const [period, source, dateOfBirth] of [
    ['7d', 'person', '1990-05-05'],
    ['permanent', 'court', '1950-01-01'],
    ['24h', 'person', undefined],
  ] as const) {
    const person = period === '7d' ? excluded : newPerson();
    const input = { identifiers: [person.byNationalId], period, source, person: { dateOfBirth } };
    ok(await world.call('exclusions.register', input, token));
  }
  const check = async (identifiers: readonly unknown[], purpose: string) =>
    ok((await world.hub.http('exclusions.lookup', { identifiers, purpose }, { apiKey: asking.apiKey })).body);
  await check([excluded.byNationalId], 'bet');
  await check([excluded.byNationalId], 'login');
  await check([newPerson().byNationalId], 'bet');
  await probe(async () => (await world.pool.query('SELECT FROM checks')).rowCount === 3);

  const range = { from: today(), to: today() };
  const figures = ok(await world.call('exclusions.statistics', range, token));
  expect(figures).toMatchObject({
    now: { active: 3, pending: 0, ended: 0 },
    registrations: { total: 3 },
    days: [{ day: today(), registrations: 3, checks: 3, hits: 2, unknowns: 0 }],
    checks: { checks: 3, hits: 2, unknowns: 0 },
    uncounted: [],
  });
  expect(figures.registrations.byPeriod).toContainEqual({ period: 'permanent', registrations: 1 });
  expect(figures.registrations.bySource).toContainEqual({ source: 'person', registrations: 2 });
  const bands = figures.registrations.byAgeBand.filter(({ registrations }) => registrations > 0);
  expect(bands.map(({ ageBand }) => ageBand)).toEqual(['35-44', '65+', 'unknown']);
  expect(figures.checks.byPurpose).toContainEqual({ purpose: 'bet', checks: 2, hits: 1, unknowns: 0 });
  const byOperator = new Map(figures.checks.byOperator.map((row) => [row.operatorId, row.checks]));
  expect([byOperator.get(asking.operatorId), byOperator.get(silent.operatorId)]).toEqual([3, 0]);

  const expected = [
    { operatorId: asking.operatorId, bet: 2, login: 1, hits: 2, registrations: 3, registrationsChecked: 1 },
    { operatorId: silent.operatorId, checks: 0, hits: 0, registrations: 3, registrationsChecked: 0 },
  ];
  const report = async () => {
    const { rows } = ok(await world.call('exclusions.report', range, token));
    return [asking, silent].map((one) => rows.find(({ operatorId }) => operatorId === one.operatorId));
  };
  expect(await report()).toMatchObject(expected);
  await computeDaily(world.hub.platform.db, today());
  const { rows } = await world.pool.query(
    `SELECT breakdown, value::int FROM daily_statistics WHERE metric = 'registrationsChecked'`,
  );
  expect(rows).toEqual([{ breakdown: asking.operatorId, value: 1 }]);
  expect(await report(), 'the night has counted it: nothing counts twice').toMatchObject(expected);
});

it('names a range that makes no sense, says which days are not counted, and is for staff', async () => {
  const { token } = world.admin;
  for (const name of ['exclusions.statistics', 'exclusions.report'] as const) {
    const call = async (input: object) => refused(await world.call(name, input, token));
    expect((await call({ from: '2026-02-02', to: '2026-02-01' })).details?.[0]?.path).toBe('to');
    expect((await call({ from: '2020-02-02', to: '2026-02-01' })).details?.[0]?.path).toBe('to');
    expect((await call({ from: 'yesterday', to: '2026-02-01' })).details?.[0]?.path).toBe('from');
    expect((await call({ from: '0000-01-01', to: '0000-01-02' })).details?.[0]?.path).toBe('from');
    expect((await call({ from: '9999-12-31', to: '9999-12-31' })).details?.[0]?.path).toBe('from');
    const old = ok(await world.call(name, { from: '2020-01-01', to: '2020-01-02' }, token));
    expect(old.uncounted).toEqual(['2020-01-01', '2020-01-02']);
    const { body } = await world.hub.http(name, { from: today(), to: today() });
    expect(refused(body).code).toBe('UNAUTHENTICATED');
    const me = await world.someone();
    expect(refused(await world.call(name, { from: today(), to: today() }, me.token)).code).toBe('FORBIDDEN');
  }
});
