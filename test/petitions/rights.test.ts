import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DAY_MS, passTime } from '../exclusions/life-cycle/world.ts';
import { ok } from '../support/client.ts';
import { messagesTo } from '../support/messages.ts';
import { newPerson, type Person } from '../support/people.ts';
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
  await by(world, world.clerk, 'petitions.serveNotice', { id, servedBy: 'hand' });
  await by(world, world.judge, 'petitions.respond', { id, hearing: 'heard', statement: 'Neither.' });
  await by(world, world.judge, 'petitions.decide', { id, decision: 'dismissed', reason: 'Neither.' });
  for (const byDocument of known) {
    await probe(async () => (await world.status(byDocument)) === 'CLEAR');
  }
});

async function petitionWith(person: Person, more: Partial<Record<string, unknown>> = {}) {
  const stranger = newPerson();
  const identifiers = [person.byNationalId, stranger.byPhone, stranger.byPassport];
  const input = filing('court', person, { identifiers, provisional: { grounds: 'urgent' }, ...more });
  const { id } = await by(world, world.clerk, 'petitions.file', input);
  await probe(async () => (await world.status(stranger.byPhone)) === 'EXCLUDED');
  return { id, stranger };
}

async function registered(token: string, identifiers: readonly Identifier[], more: object = {}) {
  const input = { identifiers, period: '1y', source: 'regulator', ...more };
  ok((await world.hub.http('exclusions.register', input, { token })).body);
}

async function dismiss(id: string): Promise<void> {
  await by(world, world.clerk, 'petitions.serveNotice', { id });
  await by(world, world.judge, 'petitions.respond', { id, hearing: 'heard', statement: 'Not mine.' });
  await by(world, world.judge, 'petitions.decide', { id, decision: 'dismissed', reason: 'Not theirs.' });
}

const BORN = { name: 'Zawadi Nekesa Barasa', dateOfBirth: '1957-02-11' };

it('dismissed or withdrawn, what it alone said of a known person excludes nobody any more', async () => {
  const { apiKey } = await world.hub.operatorKey();
  const named = async () => {
    const input = { identifiers: [newPerson().byPhone], purpose: 'bet', person: BORN };
    return ok((await world.hub.http('exclusions.lookup', input, { apiKey })).body).status;
  };
  for (const end of [dismiss, (id: string) => by(world, world.clerk, 'petitions.withdraw', { id })]) {
    const known = newPerson();
    await registered(world.clerk.token, [known.byNationalId]);
    const { id, stranger } = await petitionWith(known, { person: BORN });
    expect(await named()).toBe('UNKNOWN');
    await end(id);
    for (const wrong of [stranger.byPhone, stranger.byPassport]) {
      await probe(async () => (await world.status(wrong)) === 'CLEAR');
    }
    expect(await world.status(known.byNationalId)).toBe('EXCLUDED');
    expect(await named()).toBe('CLEAR');
    const { rows } = await world.hub.database.pool.query(
      `SELECT details - 'change' AS details FROM audit_log
       WHERE action = 'person.identifiersRetracted' AND details ->> 'saidBy' = $1`,
      [id],
    );
    expect(rows.map(({ details }) => details.types.sort())).toEqual([['passport', 'phone']]);
  }
});

it('nor does it later, when somebody of whom only the petition knew excludes themselves', async () => {
  const person = newPerson();
  const { id, stranger } = await petitionWith(person);
  await dismiss(id);
  await probe(async () => (await world.status(person.byNationalId)) === 'CLEAR');
  await registered(world.clerk.token, [person.byNationalId]);
  await probe(async () => (await world.status(person.byNationalId)) === 'EXCLUDED');
  expect(await world.status(stranger.byPhone)).toBe('CLEAR');
});

it('what somebody else has confirmed since stays theirs: a registration, an account, staff', async () => {
  const { token } = world.clerk;
  const known = newPerson();
  await registered(token, [known.byNationalId]);
  const { id, stranger } = await petitionWith(known);
  await registered(token, [known.byNationalId, stranger.byPhone]);
  await dismiss(id);
  await probe(async () => (await world.status(stranger.byPassport)) === 'CLEAR');
  expect(await world.status(stranger.byPhone)).toBe('EXCLUDED');

  const owner = newPerson();
  await registered(token, [owner.byNationalId]);
  const owned = await petitionWith(owner);
  await world.hub.account('citizen', { identifiers: [owner.byNationalId, owned.stranger.byPhone] });
  await dismiss(owned.id);
  await probe(async () => (await world.status(owned.stranger.byPassport)) === 'CLEAR');
  expect(await world.status(owned.stranger.byPhone)).toBe('EXCLUDED');

  const other = newPerson();
  await registered(token, [other.byNationalId]);
  const asked = await petitionWith(other);
  const found = await world.hub.http(
    'exclusions.findPeople',
    { identifiers: [other.byNationalId] },
    { token },
  );
  const edit = { personId: ok(found.body).items[0]?.id, identifier: asked.stranger.byPhone };
  ok((await world.hub.http('exclusions.addIdentifier', edit, { token })).body);
  await dismiss(asked.id);
  await probe(async () => (await world.status(asked.stranger.byPassport)) === 'CLEAR');
  expect(await world.status(asked.stranger.byPhone)).toBe('EXCLUDED');
});

it('is excluded until the decision, also where the period alone would have ended before', async () => {
  const { person, me } = await personWithAccount(world);
  const filed = filing('court', person, { period: '24h', provisional: { grounds: 'urgent' } });
  const { id } = await by(world, world.clerk, 'petitions.file', filed);
  const provisional = (await by(world, me, 'petitions.get', { id })) as unknown as { exclusionId: string };
  await passTime(world.hub.database.pool, provisional.exclusionId, 3 * DAY_MS);
  await probe(async () => (await world.status(person.byPhone)) === 'EXCLUDED');
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
  await probe(async () => (await world.status(person.byNationalId)) === 'EXCLUDED');
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
