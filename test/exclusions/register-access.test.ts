import { keysOf } from '@kinga/server/domains/identifiers/index.ts';
import type { Platform } from '@kinga/server/platform/context.ts';
import { exclusions } from '@kinga/shared/exclusions/contract.ts';
import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import { expect, test } from 'vitest';
import { callBy, refusal } from '../support/call.ts';
import { createTestDatabase } from '../support/database.ts';
import { newPeople, newPerson } from '../support/people.ts';
import { createTestPlatform } from '../support/platform.ts';
import { account, openRegister } from './support.ts';

const admin = callBy(account('admin'));
const regulator = callBy(account('regulator'));
const bettor = callBy(account('bettor'));

/** A register in which the bettor's account carries these identifiers. */
async function open(own: readonly Identifier[]) {
  const database = await createTestDatabase();
  const platform = await createTestPlatform(database);
  const register = openRegister(platform, { accountKeys: async () => keysFor(platform, own) });
  return {
    database,
    platform,
    register,
    pool: database.pool,
    [Symbol.asyncDispose]: async () => {
      await platform[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

function keysFor(platform: Platform, own: readonly Identifier[]) {
  return own.length === 0 ? [] : keysOf(platform.crypto, own, 'own');
}

test('a bettor registers themselves by what is on their account', async () => {
  const me = newPerson();
  await using world = await open(me.identifiers);
  const exclusion = await world.register.register(
    { identifiers: [{ type: 'phone', value: ` 0${me.phone.slice(4)} ` }], period: '24h', source: 'person' },
    bettor,
  );
  expect(exclusion.status).toBe('active');
});

test('a bettor registers nobody else, and every offending field is named', async () => {
  const [me, stranger] = [newPerson(), newPerson()];
  await using world = await open(me.identifiers);
  const error = await refusal(
    world.register.register(
      {
        identifiers: [me.byPhone, stranger.byNationalId, stranger.byPhone],
        period: '24h',
        source: 'family',
      },
      bettor,
    ),
  );
  expect(error.code).toBe('FORBIDDEN');
  expect(error.details?.map(({ path }) => path)).toEqual([
    'identifiers[1].value',
    'identifiers[2].value',
    'source',
  ]);
});

test('staff read everything, and each reading is audited', async () => {
  await using world = await open([]);
  const person = newPerson();
  const { id } = await world.register.register(
    {
      identifiers: [{ type: 'nationalId', value: ` ${person.nationalId}` }, person.byPhone],
      period: 'permanent',
      source: 'court',
      reason: 'order 7',
      person: { name: person.name, dateOfBirth: '1990-01-01' },
    },
    admin,
  );
  const detail = await world.register.get({ id }, regulator);
  expect(exclusions.get.output.parse(detail)).toEqual(detail);
  expect(detail).toMatchObject({ id, reason: 'order 7', endsAt: null });
  expect(detail.people).toMatchObject([{ name: person.name, dateOfBirth: '1990-01-01' }]);
  expect(detail.people[0]?.identifiers).toEqual(
    expect.arrayContaining([
      { type: 'nationalId', value: ` ${person.nationalId}` },
      { type: 'phone', value: person.phone },
    ]),
  );
  const { rows } = await world.pool.query(
    `SELECT actor, subject, details, request_id FROM audit_log WHERE action = 'exclusion.read'`,
  );
  expect(rows).toEqual([
    {
      actor: 'account:acc_regulator',
      subject: id,
      details: { people: [detail.people[0]?.id] },
      request_id: regulator.requestId,
    },
  ]);
  expect(await refusal(world.register.get({ id: 'exc_none' }, admin))).toMatchObject({
    code: 'NOT_FOUND',
    details: [{ path: 'id' }],
  });
});

test('a bettor sees their own exclusions and nobody else’s data', async () => {
  const [me, other] = [newPerson(), newPerson()];
  await using world = await open([me.byNationalId, me.byPhone]);
  const register = (identifiers: Identifier[], reason: string) =>
    world.register.register(
      { identifiers, period: '1y', source: 'court', reason, person: { name: 'A Name' } },
      admin,
    );
  const mine = await register([me.byNationalId, me.byEmail], 'staff only');
  const theirs = await register([other.byNationalId, me.byPhone], 'a shared phone');
  const both = await register([me.byNationalId, other.byNationalId], 'two people');

  const seen = await world.register.get({ id: mine.id }, bettor);
  expect(seen.reason, 'what staff wrote is for staff').toBeNull();
  expect(seen.people).toMatchObject([{ identifiers: [{ type: 'nationalId', value: me.nationalId }] }]);
  expect(await refusal(world.register.get({ id: theirs.id }, bettor))).toMatchObject({
    code: 'NOT_FOUND',
    details: [{ path: 'id' }],
  });
  const shared = await world.register.get({ id: both.id }, bettor);
  expect(shared.people).toHaveLength(1);
  expect(JSON.stringify(shared)).not.toContain(other.nationalId);

  const { items } = await world.register.list({}, bettor);
  expect(items.map(({ id }) => id)).toEqual([both.id, mine.id]);
});

test('a bettor known by a phone alone sees what was registered of that phone alone', async () => {
  const me = newPerson();
  await using world = await open([me.byPhone]);
  const mine = await world.register.register(
    { identifiers: [me.byPhone], period: '24h', source: 'person', reason: 'mine' },
    bettor,
  );
  expect((await world.register.get({ id: mine.id }, bettor)).reason).toBe('mine');
  expect((await world.register.list({}, bettor)).items).toHaveLength(1);
});

test('a telephone that was somebody else’s before does not tell what they are called', async () => {
  const me = newPerson();
  await using world = await open([me.byPhone]);
  const person = { name: 'A Name', dateOfBirth: '1990-01-01' };
  const input = { identifiers: [me.byPhone], period: '1y' as const, source: 'family' as const, person };
  const { id } = await world.register.register(input, admin);
  expect((await world.register.get({ id }, bettor)).people).toMatchObject([
    { name: null, dateOfBirth: null },
  ]);
  expect((await world.register.get({ id }, admin)).people).toMatchObject([person]);
});

test('a bettor without identifiers sees an empty list', async () => {
  await using world = await open([]);
  await world.register.register(
    { identifiers: [newPerson().byPhone], period: '24h', source: 'person' },
    admin,
  );
  expect(await world.register.list({}, bettor)).toEqual({ items: [] });
});

test('the list: 20 a page, newest first, each once', async () => {
  await using world = await open([]);
  const registered = await Promise.all(
    newPeople(45).map((person) =>
      world.register.register(
        { identifiers: [...person.identifiers], period: '7d', source: 'person' },
        admin,
      ),
    ),
  );
  const seen: number[] = [];
  let cursor: string | undefined;
  const sizes: number[] = [];
  do {
    const page = await world.register.list(cursor === undefined ? {} : { cursor }, admin);
    expect(exclusions.list.output.parse(page)).toEqual(page);
    seen.push(...page.items.map(({ seq }) => seq));
    sizes.push(page.items.length);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  expect(sizes).toEqual([20, 20, 5]);
  expect(seen).toEqual(registered.map(({ seq }) => seq).sort((a, b) => b - a));
  expect((await refusal(world.register.list({ cursor: 'x' }, admin))).code).toBe('INVALID_INPUT');
});
