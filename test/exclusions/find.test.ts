import type { InputOf } from '@kinga/shared/contract/procedure.ts';
import type { exclusions } from '@kinga/shared/exclusions/contract.ts';
import { DateTime } from 'luxon';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { filing } from '../petitions/world.ts';
import { ok, type ProcedureName, refused } from '../support/client.ts';
import { newPerson } from '../support/people.ts';
import { openWorld, type World } from './life-cycle/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

type Search = InputOf<typeof exclusions.findPeople>;

async function find(search: Search) {
  const { items } = ok(
    (await world.hub.http('exclusions.findPeople', search, { token: world.admin.token })).body,
  );
  return items;
}

async function registered(name: string, dateOfBirth: string) {
  const person = newPerson();
  const input = {
    ...{ identifiers: person.identifiers, period: '30d', source: 'court' },
    person: { name, dateOfBirth },
  };
  const exclusion = ok(
    (await world.hub.http('exclusions.register', input, { token: world.admin.token })).body,
  );
  return { ...person, ...exclusion };
}

const searches = async () =>
  (
    await world.pool.query<{ details: Record<string, unknown> }>(
      `SELECT details FROM audit_log WHERE action = 'person.searched' ORDER BY id`,
    )
  ).rows.map(({ details }) => details);

it('a person is found by name and date of birth, also when it is not written quite the same', async () => {
  const wanted = await registered('Wanjiru Kamau', '1984-03-17');
  await registered('Wanjiru Kamau', '1991-11-02');
  await registered('Baraka Mutiso', '1984-03-17');
  for (const name of ['Wanjiru Kamau', 'kamau wanjiru', 'WANJIRU  Kamau']) {
    const found = await find({ person: { name, dateOfBirth: '1984-03-17' } });
    expect(found.map(({ exclusions: [first] }) => first?.id)).toEqual([wanted.id]);
    expect(found[0]).toMatchObject({ name: 'Wanjiru Kamau', dateOfBirth: '1984-03-17' });
  }
  expect(await find({ person: { name: 'Wanjiru Kamau', dateOfBirth: '1971-05-05' } })).toEqual([]);
  expect(await find({ person: { name: 'Zuberi Kamau', dateOfBirth: '1984-03-17' } })).toEqual([]);
});

it('whom an exclusion is about is found by its reference, as it is quoted', async () => {
  const { nationalId, reference } = await registered('Akinyi Odhiambo', '1979-08-09');
  for (const spelling of [reference, reference.toLowerCase(), reference.replaceAll('-', '')]) {
    const [found, ...others] = await find({ reference: spelling });
    expect(others).toEqual([]);
    expect(found?.identifiers).toContainEqual({ type: 'nationalId', value: nationalId });
  }
  expect(await find({ reference: 'KX-0000-0000-0000' })).toEqual([]);
});

it('every search is recorded by a digest: the same one has the same, and nothing of it can be read', async () => {
  const { nationalId, byNationalId, reference } = await registered('Chebet Kiplagat', '1966-12-24');
  const before = (await searches()).length;
  const person = { name: 'Chebet Kiplagat', dateOfBirth: '1966-12-24' };
  for (const search of [{ person }, { person }, { reference }, { identifiers: [byNationalId] }]) {
    await find(search);
  }
  const made = (await searches()).slice(before);
  expect(made.map(({ by, found }) => `${by} ${found}`)).toEqual([
    'person 1',
    'person 1',
    'reference 1',
    'identifiers 1',
  ]);
  expect(made[0]?.digest).toBe(made[1]?.digest);
  expect(new Set(made.map(({ digest }) => digest)).size).toBe(3);
  const { rows } = await world.pool.query<{ details: object }>('SELECT details FROM audit_log');
  const audit = JSON.stringify(rows).toLowerCase();
  for (const personal of ['chebet', '1966-12-24', nationalId, reference.slice(3).toLowerCase()]) {
    expect(audit).not.toContain(personal);
  }
});

it('one way at a time, and what is malformed is named by its path without being repeated', async () => {
  const complaint = async (search: object) => {
    const error = refused(await world.call('exclusions.findPeople', search, world.admin.token));
    expect(error.code).toBe('INVALID_INPUT');
    expect(JSON.stringify(error)).not.toContain('Moraa');
    return error.details?.map(({ path }) => path);
  };
  const person = { name: 'Moraa Nyaboke', dateOfBirth: '1988-01-31' };
  expect(await complaint({})).toEqual(['identifiers']);
  expect(await complaint({ identifiers: [] })).toEqual(['identifiers']);
  expect(await complaint({ person, reference: 'KX-1' })).toEqual(['reference']);
  expect(await complaint({ person: { ...person, name: 'Moraa' } })).toEqual(['person.name']);
  expect(await complaint({ person: { ...person, dateOfBirth: '31.1.1988' } })).toEqual([
    'person.dateOfBirth',
  ]);
  expect(await complaint({ person: { name: person.name } })).toEqual(['person.dateOfBirth']);
});

it('nobody is put on record with a date of birth that is to come, by which they would never be found', async () => {
  const named = async (name: ProcedureName, input: object) =>
    refused(await world.call(name, input, world.admin.token)).details?.map(({ path }) => path);
  const { byNationalId, name } = newPerson();
  // Two days ahead: it is to come also when midnight passes meanwhile.
  const toCome = DateTime.now().setZone('Africa/Nairobi').plus({ days: 2 }).toISODate();
  const registration = { identifiers: [byNationalId], period: '24h', source: 'regulator' };
  for (const dateOfBirth of [toCome, '2099-00-00']) {
    const person = { name, dateOfBirth };
    expect(await named('exclusions.register', { ...registration, person })).toEqual(['person.dateOfBirth']);
    expect(await named('exclusions.correctPerson', { personId: 'per_1', dateOfBirth })).toEqual([
      'dateOfBirth',
    ]);
    expect(await named('petitions.file', filing('regulator', newPerson(), { person }))).toEqual([
      'person.dateOfBirth',
    ]);
  }
});

it('only staff find people', async () => {
  const search = { reference: 'KX-0000-0000-0000' };
  expect(refused((await world.hub.http('exclusions.findPeople', search)).body).code).toBe('UNAUTHENTICATED');
  const { token } = await world.someone();
  expect(refused(await world.call('exclusions.findPeople', search, token)).code).toBe('FORBIDDEN');
});

it('a canary is nobody', async () => {
  const { id, reference } = await registered('Nobody Atall', '1950-02-03');
  await world.pool.query('UPDATE exclusions SET canary = true WHERE id = $1', [id]);
  expect(await find({ reference })).toEqual([]);
});
