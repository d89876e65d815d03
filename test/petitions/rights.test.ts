import { afterAll, beforeAll, expect, it } from 'vitest';
import { DAY_MS, passTime } from '../exclusions/life-cycle/world.ts';
import { ok } from '../support/client.ts';
import { messagesTo } from '../support/messages.ts';
import { newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { by, filing, openPetitions, type PetitionWorld, personWithAccount } from './world.ts';

let world: PetitionWorld;
beforeAll(async () => {
  world = await openPetitions();
});
afterAll(() => world[Symbol.asyncDispose]());

it('the day in a notice is the day in Nairobi', async () => {
  const { person, me } = await personWithAccount(world);
  const { id } = await by(world, world.clerk, 'petitions.file', filing('court', person));
  const { hearingEndsAt } = await by(world, world.clerk, 'petitions.serveNotice', { id });
  const [notice] = await messagesTo(world.hub.platform, me.email);
  const time = new Date(hearingEndsAt!).toLocaleTimeString('en-GB', {
    timeZone: 'Africa/Nairobi',
    hour: '2-digit',
    minute: '2-digit',
  });
  expect(JSON.stringify(notice)).toContain(time);
});

it('family who share a phone may petition for each other', async () => {
  const [mother, son] = [newPerson(), newPerson()];
  const asked = await world.hub.account('citizen', { identifiers: [mother.byNationalId, son.byPhone] });
  expect((await by(world, asked, 'petitions.file', filing('family', son))).state).toBe('filed');
});

it('dismissed it ends for everybody it was about, also for who has it for themselves since', async () => {
  const [one, other] = [newPerson(), newPerson()];
  const { token } = await world.hub.admin();
  const known = [one.byNationalId, other.byPassport];
  for (const byDocument of known) {
    const input = { identifiers: [byDocument], period: '24h', source: 'court' };
    const { id } = ok((await world.hub.http('exclusions.register', input, { token })).body);
    await passTime(world.hub.database.pool, id, 2 * DAY_MS);
  }
  const filed = filing('court', one, { identifiers: known, provisional: { grounds: 'urgent' } });
  const { id } = await by(world, world.clerk, 'petitions.file', filed);
  const seen = ok((await world.hub.http('petitions.get', { id }, { token })).body);
  const decision = { id: seen.exclusionId, decision: 'different', reason: 'two brothers' };
  expect(
    ok((await world.hub.http('exclusions.resolveReview', decision, { token })).body).exclusionIds,
  ).toHaveLength(1);
  for (const byDocument of known) expect(await world.status(byDocument)).toBe('EXCLUDED');
  await by(world, world.clerk, 'petitions.serveNotice', { id });
  await by(world, world.judge, 'petitions.respond', { id, hearing: 'heard', statement: 'Neither.' });
  await by(world, world.judge, 'petitions.decide', { id, decision: 'dismissed', reason: 'Neither.' });
  for (const byDocument of known) {
    await probe(async () => (await world.status(byDocument)) === 'CLEAR', { timeoutMs: 2_000 });
  }
});

it('is excluded until the decision, also where the period alone would have ended before', async () => {
  const { person, me } = await personWithAccount(world);
  const filed = filing('court', person, { period: '24h', provisional: { grounds: 'urgent' } });
  const { id } = await by(world, world.clerk, 'petitions.file', filed);
  const provisional = (await by(world, me, 'petitions.get', { id })) as unknown as { exclusionId: string };
  await passTime(world.hub.database.pool, provisional.exclusionId, 3 * DAY_MS);
  await probe(async () => (await world.status(person.byPhone)) === 'EXCLUDED', { timeoutMs: 2_000 });
  await by(world, world.clerk, 'petitions.serveNotice', { id });
  await by(world, me, 'petitions.respond', { id, hearing: 'heard', statement: 'No.' });
  const { pool } = world.hub.database;
  const head = await pool.query('SELECT seq FROM register_head');
  await by(world, world.judge, 'petitions.decide', { id, decision: 'upheld', reason: 'It is as they say.' });
  const { rows } = await pool.query('SELECT kind, keys FROM register_log WHERE seq > $1 ORDER BY seq', [
    head.rows[0].seq,
  ]);
  expect(rows.map(({ kind }) => kind)).toEqual(['registered', 'lifted']);
  const { exclusionId } = (await by(world, me, 'petitions.get', { id })) as unknown as {
    exclusionId: string;
  };
  const exclusion = await world.hub.http('exclusions.get', { id: exclusionId }, { token: me.token });
  const { startsAt, endsAt } = ok(exclusion.body);
  expect(Date.parse(endsAt!) - Date.parse(startsAt)).toBe(DAY_MS);
});

it('what is upheld takes effect, also when the provisional exclusion has ended meanwhile', async () => {
  const { person, me } = await personWithAccount(world);
  const filed = filing('court', person, { period: '7d', provisional: { grounds: 'urgent' } });
  const { id } = await by(world, world.clerk, 'petitions.file', filed);
  await by(world, world.clerk, 'petitions.serveNotice', { id });
  await by(world, me, 'petitions.respond', { id, hearing: 'heard', statement: 'No.' });
  const before = (await by(world, me, 'petitions.get', { id })) as unknown as { exclusionId: string };
  const renewal = { id: before.exclusionId, renews: false };
  ok((await world.hub.http('exclusions.setRenewal', renewal, { token: world.judge.token })).body);
  await passTime(world.hub.database.pool, before.exclusionId, 8 * DAY_MS);
  const decision = { id, decision: 'upheld', reason: 'It is as they say.' };
  expect(await by(world, world.judge, 'petitions.decide', decision)).toMatchObject({ provisional: 'ended' });
  const after = (await by(world, me, 'petitions.get', { id })) as unknown as { exclusionId: string };
  expect(after.exclusionId).not.toBe(before.exclusionId);
  await probe(async () => (await world.status(person.byNationalId)) === 'EXCLUDED', { timeoutMs: 2_000 });
});

it('a call repeated on another node is answered when that node has what came of it', async () => {
  const { token } = world.clerk;
  for (let round = 0; round < 10; round++) {
    const person = newPerson();
    const input = filing('court', person, { provisional: { grounds: 'urgent' } });
    const options = { token, headers: { 'Idempotency-Key': `order-${round}` } };
    ok((await world.hub.http('petitions.file', input, options)).body);
    ok((await world.second.http('petitions.file', input, options)).body);
    const asked = { purpose: 'bet', identifiers: [person.byNationalId] };
    const { body } = await world.second.http('exclusions.lookup', asked, { apiKey: world.lookupKey });
    expect(ok(body).status).toBe('EXCLUDED');
  }
});
