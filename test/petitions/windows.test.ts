import { checkWindows } from '@kinga/server/domains/petitions/index.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newPerson } from '../support/people.ts';
import { by, filing, openPetitions, type PetitionWorld, passDays } from './world.ts';

let world: PetitionWorld;
beforeAll(async () => {
  world = await openPetitions();
});
afterAll(() => world[Symbol.asyncDispose]());

/** Alerts of this petition, the oldest first: how bad, how often seen, and whether it is over. */
async function alertsOf(id: string): Promise<string[]> {
  const { rows } = await world.hub.database.pool.query(
    `SELECT severity, count, resolved_at IS NOT NULL AS resolved FROM alerts
     WHERE kind = 'petitions.overdue' AND open_key = $1 ORDER BY id`,
    [id],
  );
  return rows.map(({ severity, count, resolved }) => `${severity} ${count}${resolved ? ' resolved' : ''}`);
}

async function filed(more: object = {}): Promise<string> {
  return (await by(world, world.clerk, 'petitions.file', filing('court', newPerson(), more))).id;
}

const check = () => checkWindows(world.hub.platform);

it('a notice not served within 7 days is an alert until it is served, and until then one alert', async () => {
  const id = await filed();
  await passDays(world, id, 6.9);
  expect(await check()).toBe(0);
  await passDays(world, id, 0.2);
  expect(await check()).toBe(1);
  // Two workers at once raise it once.
  await Promise.all([check(), check()]);
  expect(await alertsOf(id)).toEqual(['warning 3']);
  await by(world, world.clerk, 'petitions.serveNotice', { id });
  expect(await alertsOf(id)).toEqual(['warning 3 resolved']);
  expect(await check()).toBe(0);
});

it('neither is one not decided within 30 days of the end of the hearing window; a hearing alone is no decision', async () => {
  const id = await filed();
  await by(world, world.clerk, 'petitions.serveNotice', { id });
  await passDays(world, id, 14 + 29.9);
  expect(await check()).toBe(0);
  await passDays(world, id, 0.2);
  expect(await check()).toBe(1);
  await by(world, world.judge, 'petitions.respond', { id, hearing: 'heard', statement: 'No.' });
  expect(await alertsOf(id)).toEqual(['warning 1']);
  await by(world, world.judge, 'petitions.decide', { id, decision: 'dismissed', reason: 'x' });
  expect(await alertsOf(id)).toEqual(['warning 1 resolved']);
  expect(await check()).toBe(0);
});

it('is worst where somebody is excluded meanwhile; withdrawn it is over', async () => {
  const id = await filed({ provisional: { grounds: 'urgent' } });
  await passDays(world, id, 8);
  expect(await check()).toBe(1);
  expect(await alertsOf(id)).toEqual(['critical 1']);
  await by(world, world.clerk, 'petitions.withdraw', { id });
  expect(await alertsOf(id)).toEqual(['critical 1 resolved']);
});
