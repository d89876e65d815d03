import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ok } from '../support/client.ts';
import { areWaiting, deadlocksOf } from '../support/locks.ts';
import { codeSentTo } from '../support/messages.ts';
import { newPerson, type Person } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { by, filing, openPetitions, type PetitionWorld } from './world.ts';

let world: PetitionWorld;
let before: number;
beforeAll(async () => {
  world = await openPetitions();
});
afterAll(() => world?.[Symbol.asyncDispose]());
beforeEach(async () => {
  before = await deadlocksOf(world.hub.database);
});

it('a decision holds everybody it is about before it changes anything', async () => {
  const { token } = await world.hub.admin();
  const { one, other } = inOrderOfLocks();
  await registered([one.byNationalId]);
  await registered([other.byNationalId, other.byPhone]);
  const identifiers = [one.byNationalId, other.byNationalId];
  const id = await heard(one, { identifiers, period: '30d', provisional: { grounds: 'urgent' } });
  const { exclusionId } = ok((await world.hub.http('petitions.get', { id }, { token })).body);
  const split = { id: exclusionId, decision: 'different', reason: 'two brothers' };
  ok((await world.hub.http('exclusions.resolveReview', split, { token })).body);

  const lock = `SELECT pg_advisory_xact_lock(${numberOf(other.byNationalId)})`;
  const [decided] = await whileHeld(lock, {
    one: () => upheld(id),
    other: () => registered([other.byPhone, one.byNationalId]),
  });
  expect(decided.state).toBe('decided');
  expect(await deadlocksOf(world.hub.database)).toBe(before);
});

it('a decision and a contact that is added to the person’s account wait for each other in one order', async () => {
  const person = newPerson();
  const mine = await accountOf(person);
  const id = await heard(person, { identifiers: [person.byPhone] });
  const proof = await mine.proofOf(person.email);

  const [decided] = await whileHeld('SELECT FROM register_head FOR UPDATE', {
    one: () => upheld(id),
    other: () => mine.post('identity.addIdentifier', proof),
  });
  expect(decided.state).toBe('decided');
  expect(await deadlocksOf(world.hub.database)).toBe(before);
});

it('a decision and a contact that is removed from it as well', async () => {
  const person = newPerson();
  const mine = await accountOf(person);
  await mine.post('identity.addIdentifier', await mine.proofOf(person.email));
  const id = await heard(person, { identifiers: [person.byPhone] });
  const removal = { type: 'email', value: person.email, password: PASSWORD };

  const lock = `SELECT pg_advisory_xact_lock(${numberOf(person.byPhone)})`;
  const [, decided] = await whileHeld(lock, {
    one: () => mine.post('identity.removeIdentifier', removal),
    other: () => upheld(id),
  });
  expect(decided.state).toBe('decided');
  expect(await deadlocksOf(world.hub.database)).toBe(before);
});

const PASSWORD = 'yet another long password';

/** Of a citizen who signs in by phone. */
async function accountOf({ phone }: Person) {
  const { hub } = world;
  const asked = ok((await hub.http('identity.register', { phone, password: PASSWORD, locale: 'en' })).body);
  const code = await codeSentTo(hub.platform, phone);
  ok((await hub.http('identity.verifyContact', { challengeId: asked.challengeId, code })).body);
  const { accessToken: token } = ok((await hub.http('identity.login', { phone, password: PASSWORD })).body);
  return {
    post: async (name: 'identity.addIdentifier' | 'identity.removeIdentifier', input: object) =>
      ok((await hub.http(name, input, { token })).body),
    proofOf: async (email: string) => {
      const request = { purpose: 'identifier', contact: { type: 'email', value: email } };
      const { challengeId } = ok((await hub.http('identity.requestCode', request, { token })).body);
      return { challengeId, code: await codeSentTo(hub.platform, email), password: PASSWORD };
    },
  };
}

/** The one comes to wait for the lock; the other waits as well, or is done; then the lock is let go. */
async function whileHeld<TOne, TOther>(
  lock: string,
  { one, other }: { one: () => Promise<TOne>; other: () => Promise<TOther> },
): Promise<[TOne, TOther]> {
  const writer = await world.hub.database.pool.connect();
  try {
    await writer.query('BEGIN');
    await writer.query(lock);
    const first = one();
    await probe(() => areWaiting(world.hub.database, 1));
    let isDone = false;
    const second = other().finally(() => {
      isDone = true;
    });
    await probe(async () => isDone || (await areWaiting(world.hub.database, 2)));
    await writer.query('COMMIT');
    return await Promise.all([first, second]);
  } finally {
    writer.release(true);
  }
}

async function registered(identifiers: readonly Identifier[]): Promise<void> {
  const { token } = await world.hub.admin();
  const input = { identifiers, period: '24h', source: 'court' };
  ok((await world.hub.http('exclusions.register', input, { token })).body);
}

/** A petition that only waits for its decision. */
async function heard(person: Person, more: object): Promise<string> {
  const { id } = await by(world, world.clerk, 'petitions.file', filing('court', person, more));
  await by(world, world.clerk, 'petitions.serveNotice', { id, servedBy: 'hand' });
  await by(world, world.judge, 'petitions.respond', { id, hearing: 'waived', statement: 'No word.' });
  return id;
}

function upheld(id: string) {
  return by(world, world.judge, 'petitions.decide', { id, decision: 'upheld', reason: 'Yes.' });
}

/** Two people whose locks are taken in this order: the other's document, the other's phone, the one's document. */
function inOrderOfLocks(): { one: Person; other: Person } {
  for (;;) {
    const [one, other] = [newPerson(), newPerson()];
    const phone = numberOf(other.byPhone);
    if (numberOf(other.byNationalId) < phone && phone < numberOf(one.byNationalId)) return { one, other };
  }
}

function numberOf({ type, value }: Identifier): bigint {
  return world.hub.platform.crypto.identifierKey(type, value).readBigInt64BE(0);
}
