import type { InputOf } from '@kinga/shared/contract/procedure.ts';
import type { Exclusion, exclusions } from '@kinga/shared/exclusions/contract.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { newPerson } from '../support/people.ts';
import { DAY_MS, openWorld, type World } from './life-cycle/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

type Filter = InputOf<typeof exclusions.list>;

const list = async (filter: Filter, token = world.admin.token) =>
  ok((await world.hub.http('exclusions.list', filter, { token })).body);
const idsOf = async (filter: Filter, token?: string) => (await list(filter, token)).items.map(({ id }) => id);

async function registered(more: object = {}): Promise<Exclusion> {
  const { identifiers } = newPerson();
  const input = { identifiers, period: '30d', source: 'person', ...more };
  return ok((await world.hub.http('exclusions.register', input, { token: world.admin.token })).body);
}

const searches = async () =>
  (
    await world.pool.query<{ subject: string; details: Record<string, unknown> }>(
      `SELECT subject, details FROM audit_log WHERE action = 'exclusion.searched' ORDER BY id`,
    )
  ).rows;

it('an exclusion is found by what the person quotes, however they write it, and the search is recorded', async () => {
  const [wanted, other] = [await registered(), await registered()];
  const { id, reference } = wanted;
  const spoken = [reference, reference.toLowerCase(), reference.slice(3).replaceAll('-', ' ')];
  for (const spelling of spoken) expect(await idsOf({ reference: ` ${spelling} ` })).toEqual([id]);
  await world.pool.query(`UPDATE exclusions SET reference = 'Bet/2019 no. 7' WHERE id = $1`, [other.id]);
  expect(await idsOf({ reference: 'Bet/2019 no. 7' })).toEqual([other.id]);
  expect(await idsOf({ reference: 'KX-0000-0000-0000' })).toEqual([]);
  const found = await searches();
  expect(found.map(({ subject }) => subject)).toEqual([id, id, id, other.id, 'exclusions']);
  expect(new Set(found.slice(0, 3).map(({ details }) => details.digest)).size).toBe(1);
  expect(JSON.stringify(found)).not.toContain(reference.slice(3));
});

it('a list shows one source, one period, what is in force, to come or over, and the days of the registration', async () => {
  const later = new Date(Date.now() + 5 * DAY_MS).toISOString();
  const court = await registered({ source: 'court', period: '1y' });
  const pending = await registered({ source: 'court', startsAt: later });
  const over = await registered({ source: 'court', period: '24h' });
  await world.passTime(over.id, 40 * DAY_MS);
  const source = 'court' as const;
  expect(await idsOf({ source })).toEqual([over.id, pending.id, court.id]);
  expect(await idsOf({ source, period: '1y' })).toEqual([court.id]);
  for (const [status, { id }] of Object.entries({ pending, active: court, ended: over })) {
    const { items } = await list({ source, status: status as Exclusion['status'] });
    expect(items.map((item) => [item.id, item.status])).toEqual([[id, status]]);
  }
  const dayOf = (ms: number) => new Date(ms + 3 * 3_600_000).toISOString().slice(0, 10);
  const thatDay = dayOf(Date.parse(over.registeredAt) - 40 * DAY_MS);
  expect(await idsOf({ source, from: thatDay, to: thatDay })).toEqual([over.id]);
  const fromDay = dayOf(Date.parse(court.registeredAt));
  expect(await idsOf({ source, from: fromDay })).toEqual([pending.id, court.id]);
  expect(await idsOf({ source, to: thatDay })).toEqual([over.id]);
  const unrecorded = (await searches()).length;
  await idsOf({ source });
  expect((await searches()).length, 'a list names nobody').toBe(unrecorded);
});

it('pages go on within the filter', async () => {
  for (let count = 0; count < 21; count++) await registered({ source: 'family' });
  const first = await list({ source: 'family' });
  expect(first.items).toHaveLength(20);
  const rest = await list({ source: 'family', cursor: first.nextCursor ?? '' });
  expect(rest.items.map(({ source }) => source)).toEqual(['family']);
  expect(rest.nextCursor).toBeUndefined();
});

it('a person finds their own only, by their own reference only, and nobody is recorded for it', async () => {
  const me = await world.someone();
  const [mine, strange] = [await world.register(me, '30d'), await registered()];
  const before = (await searches()).length;
  expect(await idsOf({ reference: mine.reference }, me.token)).toEqual([mine.id]);
  expect(await idsOf({ reference: strange.reference }, me.token)).toEqual([]);
  expect(await idsOf({ status: 'active', source: 'person' }, me.token)).toEqual([mine.id]);
  expect(await idsOf({ status: 'ended' }, me.token)).toEqual([]);
  expect((await searches()).length).toBe(before);
});

it('a canary is in no list', async () => {
  const { id, reference } = await registered({ source: 'regulator' });
  await world.pool.query('UPDATE exclusions SET canary = true WHERE id = $1', [id]);
  expect(await idsOf({ reference })).toEqual([]);
  expect(await idsOf({ source: 'regulator' })).toEqual([]);
});

it('what is malformed is named by its path; who is nobody sees nothing', async () => {
  const pathsOf = async (filter: object) => {
    const error = refused(await world.call('exclusions.list', filter, world.admin.token));
    expect(error.code).toBe('INVALID_INPUT');
    return error.details?.map(({ path }) => path);
  };
  expect(await pathsOf({ source: 'aunt' })).toEqual(['source']);
  expect(await pathsOf({ from: '2026-02-30' })).toEqual(['from']);
  expect(await pathsOf({ from: '0000-01-01' })).toEqual(['from']);
  expect(await pathsOf({ reference: ' ' })).toEqual(['reference']);
  expect(await pathsOf({ from: '2026-03-02', to: '2026-03-01' })).toEqual(['to']);
  expect(refused((await world.hub.http('exclusions.list', {})).body).code).toBe('UNAUTHENTICATED');
});
