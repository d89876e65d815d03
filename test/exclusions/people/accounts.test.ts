import { sealIdentifiers } from '@kinga/server/domains/exclusions/index.ts';
import { keysOf } from '@kinga/server/domains/identifiers/index.ts';
import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ok, refused } from '../../support/client.ts';
import { startTestHub, type TestHub } from '../../support/hub.ts';
import { newPeople, newPerson } from '../../support/people.ts';
import { probe } from '../../support/probe.ts';
import { deafBus, type RegisterNode, startNode } from '../nodes.ts';

let hub: TestHub;
let node: RegisterNode;
beforeAll(async () => {
  hub = await startTestHub();
  node = await startNode(hub.database, { bus: deafBus() });
});
afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await hub[Symbol.asyncDispose]();
});

/** An account known by `before` comes to be known by `added`, as the accounts' own domain says it. */
async function changed(before: readonly Identifier[], added: readonly Identifier[]) {
  const { crypto, db } = node.platform;
  const keys = (of: readonly Identifier[]) => (of.length === 0 ? [] : keysOf(crypto, of, 'test'));
  const { excluded, told } = await db.transaction((tx) =>
    node.exclusions.identityChanged(tx, {
      accountKeys: keys(before),
      added: sealIdentifiers(crypto, keys(added), added),
    }),
  );
  await told();
  return excluded;
}

const statusOf = async (identifier: Identifier) => (await node.lookup([identifier])).status;

describe('an account that changes what it is known by', () => {
  it('takes the exclusion along to a new SIM, and to what it was known by besides', async () => {
    const [me, renewed] = newPeople(2);
    await hub.bettor([me!.byNationalId, me!.byPhone]);
    await node.register([me!.byNationalId]);
    expect(await statusOf(me!.byPhone)).toBe('CLEAR');
    expect(await changed([me!.byNationalId, me!.byPhone], [renewed!.byPhone])).toBe(true);
    expect(await statusOf(renewed!.byPhone)).toBe('EXCLUDED');
    expect(await statusOf(me!.byPhone)).toBe('EXCLUDED');
  });

  it('opened again under a new contact is the excluded person once the document is proved', async () => {
    const [me, again] = newPeople(2);
    await node.register([me!.byNationalId, me!.byPhone]);
    await hub.bettor([again!.byPhone]);
    expect(await changed([again!.byPhone], [me!.byNationalId])).toBe(true);
    expect(await statusOf(again!.byPhone)).toBe('EXCLUDED');
  });

  it('shares nobody’s exclusion by a shared phone alone', async () => {
    const [sister, brother] = newPeople(2);
    await node.register([sister!.byNationalId, sister!.byPhone]);
    const excluded = await changed([sister!.byPhone], [brother!.byNationalId, brother!.byEmail]);
    expect(excluded).toBe(false);
    expect(await statusOf(brother!.byNationalId)).toBe('CLEAR');
    expect(await statusOf(brother!.byEmail)).toBe('CLEAR');
  });

  it('takes along what it asked for itself, though it has no document', async () => {
    const [me, renewed] = newPeople(2);
    const account = await hub.account('citizen', { identifiers: [me!.byPhone] });
    const email: Identifier = { type: 'email', value: account.email };
    const own = { identifiers: [me!.byPhone], period: '1y', source: 'person' };
    ok((await hub.http('exclusions.register', own, { token: account.token })).body);
    expect(await changed([me!.byPhone, email], [renewed!.byPhone])).toBe(true);
    await probe(async () => (await statusOf(renewed!.byPhone)) === 'EXCLUDED');
  });

  it('says nothing of somebody whose exclusion is over, or who has none', async () => {
    const [me, renewed] = newPeople(2);
    const { id } = await node.register([me!.byNationalId], { period: '24h' });
    await hub.database.pool.query(
      `UPDATE exclusions SET starts_at = starts_at - interval '2 days',
              in_force_until = in_force_until - interval '2 days' WHERE id = $1`,
      [id],
    );
    expect(await changed([me!.byNationalId], [renewed!.byPhone])).toBe(false);
    expect(await changed([], [newPerson().byNationalId])).toBe(false);
  });

  it('with documents of two known people: both stay excluded, and staff are to look at it', async () => {
    const [one, other] = newPeople(2);
    const { id } = await node.register([one!.byNationalId]);
    const lapsed = await node.register([other!.byPassport], { period: '7d' });
    expect(await changed([one!.byNationalId], [other!.byPassport, other!.byEmail])).toBe(true);
    expect(await statusOf(other!.byEmail)).toBe('EXCLUDED');
    const { rows } = await hub.database.pool.query(
      'SELECT exclusion_id, count(*)::int AS people FROM exclusion_persons WHERE exclusion_id = ANY($1) GROUP BY 1',
      [[id, lapsed.id]],
    );
    expect(rows.map(({ people }) => people)).toEqual([2, 2]);
    const token = (await hub.admin()).token;
    const { items } = ok((await hub.http('exclusions.listForReview', {}, { token })).body);
    expect(items.map(({ exclusion }) => exclusion.id)).toEqual(expect.arrayContaining([id, lapsed.id]));
  });
});

describe('people told apart', () => {
  it('each make their own promise longer, and nobody else’s; their accounts do not join them again', async () => {
    const [one, other] = newPeople(2);
    const { token } = await hub.admin();
    const mine = await hub.account('citizen', { identifiers: [one!.byNationalId] });
    const theirs = await hub.account('citizen', { identifiers: [other!.byPassport] });
    for (const by of [one!.byNationalId, other!.byPassport]) await node.register([by], { period: '24h' });
    const joint = await node.register([one!.byNationalId, other!.byPassport], { period: '30d' });
    const longer = { id: joint.id, period: '6mo' };
    for (const who of [mine, theirs]) {
      expect(refused((await hub.http('exclusions.extend', longer, who)).body).code).toBe('CONFLICT');
    }
    const decision = { id: joint.id, decision: 'different', reason: 'two women' };
    const resolved = ok((await hub.http('exclusions.resolveReview', decision, { token })).body);
    const parts = [joint.id, ...resolved.exclusionIds];
    const own: string[] = [];
    for (const who of [mine, theirs]) {
      const { items } = ok((await hub.http('exclusions.mine', {}, who)).body);
      const [item, ...more] = items.filter(({ id }) => parts.includes(id));
      expect([item?.allowed, more]).toEqual([expect.arrayContaining(['extend']), []]);
      own.push(item!.id);
      ok((await hub.http('exclusions.extend', { id: item!.id, period: '6mo' }, who)).body);
    }
    expect(own.sort()).toEqual(parts.sort());
    for (const id of own) {
      const refusals = [mine, theirs].map((who) => hub.http('exclusions.get', { id }, who));
      expect((await Promise.all(refusals)).map(({ status }) => status).sort()).toEqual([200, 404]);
    }
    await changed([one!.byNationalId], [other!.byPassport]);
    const { items } = ok((await hub.http('exclusions.listForReview', {}, { token })).body);
    expect(items.filter(({ exclusion }) => parts.includes(exclusion.id))).toEqual([]);
  });
});

describe('an excluded person who calls themselves otherwise', () => {
  const POSSIBLE = { status: 'UNKNOWN', reason: 'possible_match' };

  async function excluded() {
    const person = newPerson();
    const born = { name: 'Grace Wanjiku Kamau', dateOfBirth: '1961-03-07' };
    const me = await hub.account('citizen', { identifiers: person.identifiers });
    const own = { identifiers: [person.byNationalId], period: '1y', source: 'person', person: born };
    ok((await hub.http('exclusions.register', own, { token: me.token })).body);
    return { person, born, token: me.token };
  }
  async function answer(person: { name: string; dateOfBirth: string }) {
    const { apiKey } = await hub.operatorKey();
    const input = { identifiers: [newPerson().byPhone], purpose: 'registration', person };
    return ok((await hub.http('exclusions.lookup', input, { apiKey })).body);
  }

  it('is found by the new name and date of birth as well, with either date, and by the old ones', async () => {
    const { born, token } = await excluded();
    const renamed = { name: 'Peter Mutua Kilonzo', dateOfBirth: '1972-11-23' };
    expect(await answer(renamed)).toMatchObject({ status: 'CLEAR' });
    ok((await hub.http('identity.updateProfile', { name: renamed.name }, { token })).body);
    expect(await answer({ ...born, name: renamed.name })).toMatchObject(POSSIBLE);
    expect(await answer(renamed)).toMatchObject({ status: 'CLEAR' });
    ok((await hub.http('identity.updateProfile', { dateOfBirth: renamed.dateOfBirth }, { token })).body);
    expect(await answer(renamed)).toMatchObject(POSSIBLE);
    expect(await answer({ ...renamed, name: born.name })).toMatchObject(POSSIBLE);
    expect(await answer(born)).toMatchObject(POSSIBLE);
  });

  it('does not fill the register with names: beyond some dozens nothing is learnt any more', async () => {
    const { person } = await excluded();
    const { db, crypto } = node.platform;
    const accountKeys = keysOf(crypto, person.identifiers, 'test');
    for (let i = 0; i < 60; i++) {
      const called = { name: 'Barasa Wekesa Simiyu Nafula', dateOfBirth: `19${30 + i}-05-12` };
      await db.transaction((tx) => node.exclusions.identityChanged(tx, { accountKeys, added: [], called }));
    }
    const { rows } = await hub.database.pool.query<{ count: number }>(
      `SELECT count(*)::int FROM identifiers i WHERE i.type = 'match' AND i.person_id IN (
         SELECT person_id FROM identifiers WHERE key = $1)`,
      [accountKeys[0]?.key],
    );
    expect(rows[0]?.count).toBeGreaterThan(100);
    expect(rows[0]?.count).toBeLessThan(500);
    expect(await statusOf(person.byNationalId)).toBe('EXCLUDED');
  });
});

describe('who may change people of the register', () => {
  const calls: readonly [name: string, input: object][] = [
    ['exclusions.getPerson', { id: 'per_1' }],
    ['exclusions.findPeople', { identifiers: [newPerson().byPhone] }],
    ['exclusions.addIdentifier', { personId: 'per_1', identifier: newPerson().byPhone }],
    ['exclusions.removeIdentifier', { personId: 'per_1', identifier: newPerson().byPhone, reason: 'x' }],
    ['exclusions.correctPerson', { personId: 'per_1', name: 'x' }],
    ['exclusions.mergePeople', { keepId: 'per_1', mergeId: 'per_2', reason: 'x' }],
    ['exclusions.unmergePeople', { mergeId: 'mrg_1' }],
    ['exclusions.listForReview', {}],
    ['exclusions.resolveReview', { id: 'exc_1', decision: 'same', reason: 'x' }],
  ];

  it('staff, and nobody else', async () => {
    const { apiKey } = await hub.operatorKey();
    const others = await Promise.all(
      (['bettor', 'citizen', 'operator', 'support'] as const).map((role) => hub.account(role)),
    );
    for (const [name, input] of calls) {
      expect(refused((await hub.http(name, input)).body).code).toBe('UNAUTHENTICATED');
      expect(refused((await hub.http(name, input, { apiKey })).body).code).toBe('FORBIDDEN');
      for (const { token } of others) {
        expect(refused((await hub.http(name, input, { token })).body).code).toBe('FORBIDDEN');
      }
      const { token } = await hub.admin();
      const { body } = await hub.http(name, input, { token });
      if (!body.ok) expect(body.error.code).toBe('NOT_FOUND');
    }
  });

  it('once per idempotency key, and the repetition waits on whatever node for what was written', async () => {
    const person = newPerson();
    const { token } = await hub.account('regulator');
    const exclusion = { identifiers: [person.byNationalId], period: '1y', source: 'regulator' };
    ok((await hub.http('exclusions.register', exclusion, { token })).body);
    const found = await hub.http('exclusions.findPeople', { identifiers: [person.byNationalId] }, { token });
    const [known] = ok(found.body).items;
    const socket = await hub.connect({ token });
    const input = { personId: known!.id, identifier: person.byPhone };
    const meta = { idempotencyKey: 'one-phone' };
    const answers = await Promise.all(
      [1, 2, 3].map(() => hub.call(socket, 'exclusions.addIdentifier', input, meta)),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(ok(answer)))).size).toBe(1);
    expect(ok(answers[0]!).seq).toBeGreaterThan(0);
    const malformed = { ...input, identifier: { type: 'phone', value: '07' } };
    expect(refused(await hub.call(socket, 'exclusions.addIdentifier', malformed))).toMatchObject({
      code: 'INVALID_INPUT',
      details: [{ path: 'identifier.value' }],
    });
  });
});
