import { checkWindows } from '@kinga/server/domains/petitions/index.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { valuesWith } from '../policy/support.ts';
import { ok } from '../support/client.ts';
import { newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
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

it('neither is an appeal that waits as long for its decision as the petition could', async () => {
  const citizen = await world.hub.account('citizen');
  const decided = async (decision: 'upheld' | 'dismissed') => {
    const { id } = await by(world, citizen, 'petitions.file', filing('family', newPerson()));
    await by(world, world.clerk, 'petitions.serveNotice', { id });
    await by(world, world.clerk, 'petitions.respond', { id, hearing: 'waived', statement: 'No word.' });
    await by(world, world.judge, 'petitions.decide', { id, decision, reason: 'x' });
    await by(world, decision === 'upheld' ? world.clerk : citizen, 'petitions.appeal', {
      id,
      statement: 'x',
    });
    return id;
  };
  for (const [decision, severity] of [
    ['dismissed', 'warning'],
    ['upheld', 'critical'],
  ] as const) {
    const id = await decided(decision);
    await passDays(world, id, 29.9);
    expect(await check()).toBe(0);
    await passDays(world, id, 0.2);
    expect(await check()).toBe(1);
    expect(await alertsOf(id)).toEqual([`${severity} 1`]);
    await by(world, world.clerk, 'petitions.decideAppeal', { id, decision: 'confirmed', reason: 'x' });
    expect(await alertsOf(id)).toEqual([`${severity} 1 resolved`]);
  }
});

it('keeps the windows of the policy it was filed under, whatever version comes after', async () => {
  const before = await filed();
  const values = valuesWith(({ petitions }) => {
    Object.assign(petitions, { noticeDays: 3, hearingDays: 21, decisionDays: 10, appealDays: 45 });
  });
  const { token } = world.clerk;
  const published = await world.hub.http('policy.publish', { values, note: 'Other windows' }, { token });
  const { version } = ok(published.body);
  await probe(
    async () => ok((await world.hub.http('policy.current', {}, { token })).body).version === version,
  );
  const after = await filed();
  const days = (from: string | null, to: string | null) =>
    Math.round((Date.parse(to ?? '') - Date.parse(from ?? '')) / 86_400_000);
  for (const [id, notice, hearing, appeal] of [
    [before, 7, 14, 30],
    [after, 3, 21, 45],
  ] as const) {
    await passDays(world, id, notice - 0.1);
    expect(await check()).toBe(0);
    await passDays(world, id, 0.2);
    expect(await check()).toBe(1);
    const served = await by(world, world.clerk, 'petitions.serveNotice', { id });
    expect(days(served.noticeServedAt, served.hearingEndsAt)).toBe(hearing);
    await by(world, world.judge, 'petitions.respond', { id, hearing: 'waived', statement: 'So be it.' });
    const decided = await by(world, world.judge, 'petitions.decide', {
      id,
      decision: 'dismissed',
      reason: 'x',
    });
    expect(days(decided.decidedAt, decided.appealEndsAt)).toBe(appeal);
  }
});

it('mistaken, it leaves no quiet days: who was never to be excluded may be advertised to', async () => {
  const person = newPerson();
  const input = filing('court', person, { provisional: { grounds: 'urgent' } });
  const { id } = await by(world, world.clerk, 'petitions.file', input);
  const marketing = async () => {
    const question = { identifiers: [person.byNationalId], purpose: 'marketing' };
    return ok((await world.second.http('exclusions.lookup', question, { apiKey: world.lookupKey })).body)
      .status;
  };
  await probe(async () => (await marketing()) === 'EXCLUDED');
  await by(world, world.clerk, 'petitions.withdraw', { id });
  await probe(async () => (await marketing()) === 'CLEAR');
});
