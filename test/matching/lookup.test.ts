import type { OutputOf } from '@kinga/shared/contract/procedure.ts';
import type { exclusions, LookupAnswer } from '@kinga/shared/exclusions/contract.ts';
import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deafBus, OPERATOR, type RegisterNode, startNode } from '../exclusions/nodes.ts';
import { account, brokenAt } from '../exclusions/support.ts';
import { callBy, refusal } from '../support/call.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';

let database: TestDatabase;
let node: RegisterNode;
let other: RegisterNode;

beforeAll(async () => {
  database = await createTestDatabase();
  node = await startNode(database);
  other = await startNode(database, { bus: deafBus() });
});

afterAll(async () => {
  await other[Symbol.asyncDispose]();
  await node[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

interface Who {
  readonly name: string;
  readonly dateOfBirth: string;
}

let day = 0;
/** Nobody else's in this file, so that no test finds another's people. */
const newWho = (name = 'Grace Wanjiku Kamau'): Who => {
  day++;
  return {
    name,
    dateOfBirth: `19${50 + Math.floor(day / 28)}-03-${String(1 + (day % 28)).padStart(2, '0')}`,
  };
};

const register = async (identifiers: readonly Identifier[], person: Who, on = node) =>
  on.exclusions.domain.handlers.register(
    { identifiers: [...identifiers], period: '1y', source: 'person', person },
    callBy(account('admin')),
  );

const ask = async (
  identifiers: readonly Identifier[],
  person?: Partial<Who>,
  on = node,
): Promise<LookupAnswer> =>
  on.exclusions.domain.handlers.lookup(
    { identifiers: [...identifiers], purpose: 'bet', ...(person === undefined ? {} : { person }) },
    callBy(OPERATOR),
  );

type Checks = Parameters<RegisterNode['exclusions']['domain']['handlers']['lookupMany']>[0]['checks'];
const many = async (checks: Checks): Promise<OutputOf<typeof exclusions.lookupMany>['results']> => {
  const written = await node.exclusions.domain.handlers.lookupMany({ checks }, callBy(OPERATOR));
  return JSON.parse(written.text).results;
};

const POSSIBLE = { status: 'UNKNOWN', reason: 'possible_match' };

describe('a lookup that names a person', () => {
  it('is EXCLUDED by an identifier whatever the name, and never by the name', async () => {
    const [person, who] = [newPerson(), newWho()];
    await register(person.identifiers, who);
    const byId = await ask([person.byPhone], { name: 'Somebody Else', dateOfBirth: '2000-02-02' });
    expect(byId.status).toBe('EXCLUDED');
    expect(byId).not.toHaveProperty('reason');
    const byName = await ask([newPerson().byPhone], who);
    expect(byName).toMatchObject({ ...POSSIBLE, ask: 'nationalId', validUntil: byName.asOf });
  });

  it('needs no identifier when it has a name and a date', async () => {
    const [person, who] = [newPerson(), newWho()];
    await register(person.identifiers, who);
    expect(await ask([], { ...who, name: 'KAMAU grace' })).toMatchObject({ ...POSSIBLE, ask: 'nationalId' });
    expect((await ask([], newWho('Peter Mutua Kilonzo'))).status).toBe('CLEAR');
  });

  it('asks for what was not given, first for the document', async () => {
    const [person, who] = [newPerson(), newWho()];
    await register([person.byPhone], who);
    const { byNationalId, byPhone, byEmail, byPassport, byAlienId } = newPerson();
    const asks = async (...given: Identifier[]) => (await ask(given, who)).ask;
    expect(await asks()).toBe('nationalId');
    expect(await asks(byEmail)).toBe('nationalId');
    expect(await asks(byNationalId)).toBe('phone');
    expect(await asks(byAlienId, byPhone)).toBe('email');
    expect(await asks(byNationalId, byPhone, byEmail)).toBe('passport');
    const all = await ask([byNationalId, byPhone, byEmail, byPassport], who);
    expect(all).toMatchObject(POSSIBLE);
    expect(all).not.toHaveProperty('ask');
  });

  it('is CLEAR for somebody of the same name and date with another document', async () => {
    const [person, who] = [newPerson(), newWho()];
    await register(person.identifiers, who);
    const another = { type: 'nationalId' as const, value: '987654' };
    expect((await ask([another], who)).status).toBe('CLEAR');
  });

  it('without a person is answered as before', async () => {
    const [person, who] = [newPerson(), newWho()];
    await register(person.identifiers, who);
    const answer = await ask([newPerson().byPhone]);
    expect(Object.keys(answer).sort()).toEqual(
      ['asOf', 'checkId', 'policyVersion', 'seq', 'status', 'validUntil'].sort(),
    );
  });

  it('names everything malformed by its path, and records nothing', async () => {
    const before = node.exclusions.stats().lookups;
    const paths = async (identifiers: readonly Identifier[], person: Partial<Who>) =>
      (await refusal(ask(identifiers, person))).details?.map(({ path }) => path);
    const { byPhone } = newPerson();
    for (const dateOfBirth of ['1990-02-30', '1990-13-01', '1990-00-07', '30/11/1990', '1799-01-01', '']) {
      expect(await paths([byPhone], { name: 'A B', dateOfBirth }), dateOfBirth).toEqual([
        'person.dateOfBirth',
      ]);
    }
    expect(
      await paths([byPhone, { type: 'phone', value: '12' }], { name: ' x ', dateOfBirth: 'never' }),
    ).toEqual(['identifiers[1].value', 'person.name', 'person.dateOfBirth']);
    for (const person of [{}, { name: 'Grace Kamau' }, { dateOfBirth: '1990-01-01' }]) {
      expect(await paths([], person)).toEqual(['identifiers']);
    }
    expect(await paths([], { name: 'Madonna', dateOfBirth: '1990-02-03' })).toEqual(['identifiers']);
    expect(node.exclusions.stats().lookups).toBe(before);
  });

  it('is recorded as a check, under its first identifier or under the key of its names', async () => {
    const who = newWho();
    await register(newPerson().identifiers, who);
    const { byPhone } = newPerson();
    const asked = [await ask([byPhone], who), await ask([], who), await ask([], newWho('Tom Mutua Kioko'))];
    const subjects = await probe(async () => {
      const { rows } = await database.pool.query<{ subject: string; answer: string }>(
        `SELECT replace(subject::text, '-', '') AS subject, answer::text FROM checks WHERE id = ANY($1::uuid[])
         ORDER BY id`,
        [asked.map(({ checkId }) => checkId.slice(2))],
      );
      return rows.length === 3 && rows;
    });
    expect(subjects[0]?.subject).toBe(
      node.platform.crypto.identifierKey(byPhone.type, byPhone.value).toString('hex'),
    );
    expect(subjects.map(({ answer }) => answer)).toEqual(['U', 'U', 'C']);
    expect(new Set(subjects.map(({ subject }) => subject)).size).toBe(3);
  });
});

describe('exclusions.lookupMany', () => {
  it('answers the possible match under its ref, and a malformed person fails alone', async () => {
    const [person, who] = [newPerson(), newWho()];
    await register(person.identifiers, who);
    const purpose = 'marketing' as const;
    const results = await many([
      { ref: 'clear', identifiers: [newPerson().byPhone], purpose },
      { ref: 'maybe', identifiers: [newPerson().byEmail], person: who, purpose },
      { ref: 'bad', identifiers: [], person: { name: 'Grace Kamau', dateOfBirth: '1990-02-30' }, purpose },
      { ref: 'known', identifiers: [person.byPhone], person: who, purpose },
    ]);
    expect(results).toMatchObject([
      { ref: 'clear', status: 'CLEAR' },
      { ref: 'maybe', ...POSSIBLE, ask: 'nationalId' },
      { ref: 'bad', error: { code: 'INVALID_INPUT', details: [{ path: 'checks[2].person.dateOfBirth' }] } },
      { ref: 'known', status: 'EXCLUDED' },
    ]);
  });
});

describe('the keys of a name', () => {
  it('travel by the log to every node, to one that is loaded later, and end with the exclusion', async () => {
    const [person, who] = [newPerson(), newWho()];
    const exclusion = await register(person.identifiers, who);
    const statusOn = async (on: RegisterNode) => (await ask([], who, on)).reason ?? 'none';
    await probe(async () => (await statusOn(other)) === 'possible_match');
    await using later = await startNode(database);
    await probe(() => later.exclusions.ready());
    expect(await statusOn(later)).toBe('possible_match');
    const { told } = await node.platform.db.transaction((tx) =>
      node.exclusions.liftWithin(tx, exclusion.id, { reasonCode: 'test', by: { actor: 'system' } }),
    );
    await told();
    for (const on of [node, other, later]) {
      await probe(async () => (await ask([], who, on)).status === 'CLEAR');
    }
  });

  it('are in nothing that is read of a person, and nothing can be opened', async () => {
    const [person, who] = [newPerson(), newWho()];
    const { id } = await register(person.identifiers, who);
    const { handlers } = node.exclusions.domain;
    const detail = await handlers.get({ id }, callBy(account('admin')));
    expect(detail.people[0]?.identifiers.map(({ type }) => type).sort()).toEqual(['nationalId', 'phone']);
    const [found] = (await handlers.findPeople({ identifiers: [person.byPhone] }, callBy(account('admin'))))
      .items;
    expect(found?.identifiers).toHaveLength(2);
    const { rows } = await database.pool.query<{ bytes: number; n: number }>(
      `SELECT sum(octet_length(original))::int AS bytes, count(*)::int AS n FROM identifiers
       WHERE type = 'match' AND person_id = $1`,
      [found?.id],
    );
    expect(rows).toEqual([{ bytes: 0, n: 9 }]);
  });

  it('follow a correction of the name: the new one is found, the wrong one no more', async () => {
    const [person, who] = [newPerson(), newWho('Peter Mutua Kilonzo')];
    await register(person.identifiers, who);
    const { handlers } = node.exclusions.domain;
    const by = callBy(account('admin'));
    const [found] = (await handlers.findPeople({ identifiers: [person.byPhone] }, by)).items;
    const right = { ...who, name: 'Petronila Mwikali Musyoka' };
    await handlers.correctPerson({ personId: found!.id, name: right.name }, by);
    expect(await ask([], right)).toMatchObject(POSSIBLE);
    expect((await ask([], who)).status).toBe('CLEAR');
  });

  it('come together from two registrations, of which one knew the name and the other the date', async () => {
    const [person, who] = [newPerson(), newWho()];
    const { handlers } = node.exclusions.domain;
    const registration = { identifiers: [person.byNationalId], period: '30d', source: 'person' } as const;
    const by = () => callBy(account('admin'));
    await handlers.register(
      { ...registration, identifiers: [person.byNationalId], person: { name: who.name } },
      by(),
    );
    expect((await ask([], who)).status).toBe('CLEAR');
    const { dateOfBirth } = who;
    await handlers.register(
      { ...registration, identifiers: [person.byNationalId], person: { dateOfBirth } },
      by(),
    );
    expect(await ask([], who)).toMatchObject(POSSIBLE);
    await probe(async () => (await ask([], who, other)).reason === 'possible_match');
    expect(await brokenAt(database.pool)).toBeUndefined();
  });

  it('of a pending exclusion make nobody a possible match yet, and no answer outlives its start', async () => {
    const [person, who] = [newPerson(), newWho()];
    const startsAt = new Date(Date.now() + 30_000).toISOString();
    await node.exclusions.domain.handlers.register(
      { identifiers: [...person.identifiers], period: '1y', source: 'person', startsAt, person: who },
      callBy(account('admin')),
    );
    expect(await ask([], who)).toMatchObject({ status: 'CLEAR', validUntil: startsAt });
  });

  it('are asked of PostgreSQL by a node that cannot catch up', async () => {
    await using behind = await startNode(database, { bus: deafBus() });
    await probe(() => behind.exclusions.ready());
    await database.pool.query('REVOKE SELECT ON register_log FROM kinga_hub');
    const who = newWho();
    await register(newPerson().identifiers, who).catch(() => undefined);
    await probe(() => behind.exclusions.stats().freshnessMs > 1_000);
    const answer = await ask([newPerson().byEmail], { ...who, name: 'Kamsu Grace Wanjiku' }, behind);
    // Before it may catch up.
    const { replicaSeq } = behind.exclusions.stats();
    await database.pool.query('GRANT SELECT ON register_log TO kinga_hub');
    expect(answer).toMatchObject(POSSIBLE);
    expect(replicaSeq).toBeLessThan(answer.seq);
  });

  it('never make anybody EXCLUDED, whatever is asked', async () => {
    const names = ['Grace', 'Wanjiku', 'Kamau', 'Otieno', 'Mercy', 'Ali'];
    const who = newWho();
    await register(newPerson().identifiers, who);
    const some = fc.shuffledSubarray(names, { minLength: 2, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(some, fc.boolean(), fc.boolean(), async (asked, isSameDay, hasPhone) => {
        const { status } = await ask(hasPhone ? [newPerson().byPhone] : [], {
          name: asked.join(' '),
          dateOfBirth: isSameDay ? who.dateOfBirth : `${who.dateOfBirth.slice(0, 7)}-00`,
        });
        expect(status).not.toBe('EXCLUDED');
      }),
    );
  });
});
