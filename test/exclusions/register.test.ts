import { isExcluded } from '@kinga/server/domains/exclusions/register/is-excluded.ts';
import { exclusions } from '@kinga/shared/exclusions/contract.ts';
import { expect, test } from 'vitest';
import { callBy, refusal } from '../support/call.ts';
import { createTestDatabase } from '../support/database.ts';
import { newPerson } from '../support/people.ts';
import { createTestPlatform } from '../support/platform.ts';
import { account, brokenAt, hexOf, openRegister, readLog, replay } from './support.ts';

const admin = account('admin');
const byAdmin = (idempotencyKey?: string) =>
  callBy(admin, { procedure: 'exclusions.register', idempotencyKey });

async function open() {
  const database = await createTestDatabase();
  const platform = await createTestPlatform(database);
  return {
    database,
    platform,
    pool: database.pool,
    register: openRegister(platform),
    [Symbol.asyncDispose]: async () => {
      await platform[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

test('registers: rows, log, audit and job in one commit, effective at once', async () => {
  await using world = await open();
  const person = newPerson();
  const exclusion = await world.register.register(
    { identifiers: [...person.identifiers], period: '30d', source: 'person', reason: 'enough' },
    byAdmin(),
  );

  expect(exclusions.register.output.parse(exclusion)).toEqual(exclusion);
  expect(exclusion).toMatchObject({ status: 'active', seq: 1, needsReview: false, period: '30d' });
  expect(exclusion.startsAt).toBe(exclusion.registeredAt);
  expect(Date.parse(exclusion.endsAt!) - Date.parse(exclusion.startsAt)).toBe(30 * 86_400_000);

  const log = await readLog(world.pool);
  expect(log).toHaveLength(1);
  expect(log[0]).toMatchObject({ seq: 1, kind: 'registered', effectiveAt: Date.parse(exclusion.startsAt) });
  const span = { startsAt: Date.parse(exclusion.startsAt), endsAt: Date.parse(exclusion.endsAt!) };
  const held = replay(log);
  expect(held.get(hexOf(world.platform, person.byNationalId))).toEqual([span]);
  expect(held.get(hexOf(world.platform, person.byPhone))).toEqual([span]);
  expect(await brokenAt(world.pool)).toBeUndefined();

  const { rows: audit } = await world.pool.query('SELECT actor, action, subject FROM audit_log');
  expect(audit).toEqual([
    { actor: 'account:acc_admin', action: 'exclusion.registered', subject: exclusion.id },
  ]);
  const { rows: jobs } = await world.pool.query('SELECT kind, topic, type, data FROM outbox');
  expect(jobs).toEqual([
    {
      kind: 'job',
      topic: 'exclusions.confirm-registration',
      type: `confirm:${exclusion.id}`,
      data: { data: { exclusionId: exclusion.id }, runAt: null },
    },
  ]);
});

test('nothing personal is stored in the clear', async () => {
  await using world = await open();
  const person = newPerson();
  await world.register.register(
    {
      identifiers: [...person.identifiers, person.byEmail, person.byPassport],
      period: '1y',
      source: 'court',
      reason: 'a very private reason',
      person: { name: person.name, dateOfBirth: '1990-01-01' },
    },
    byAdmin('key-1'),
  );
  const { rows: tables } = await world.pool.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`,
  );
  const secrets = [
    person.nationalId,
    person.phone.slice(-9),
    person.email,
    person.passport,
    person.name,
    '1990-01-01',
    'a very private reason',
  ];
  for (const { name } of tables) {
    const { rows } = await world.pool.query<{ row: string }>(
      `SELECT convert_from(convert_to(t::text, 'UTF8'), 'UTF8') AS row FROM "${name}" t`,
    );
    for (const { row } of rows) {
      for (const secret of secrets) expect(row.includes(secret), `${name}: ${secret}`).toBe(false);
      for (const secret of secrets) {
        expect(row.includes(Buffer.from(secret).toString('hex')), `${name}: ${secret} as bytes`).toBe(false);
      }
    }
  }
});

test('every malformed identifier is named, nothing is written', async () => {
  await using world = await open();
  const error = await refusal(
    world.register.register(
      {
        identifiers: [
          { type: 'phone', value: '0712' },
          { type: 'nationalId', value: '1' },
        ],
        period: '24h',
        source: 'person',
      },
      byAdmin(),
    ),
  );
  expect(error.code).toBe('INVALID_INPUT');
  expect(error.details?.map(({ path }) => path)).toEqual(['identifiers[0].value', 'identifiers[1].value']);
  expect(await readLog(world.pool)).toEqual([]);
});

test('a past start is accepted unless the exclusion would already be over', async () => {
  await using world = await open();
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
  const input = (startsAt: string, period: '24h' | '6mo') => ({
    identifiers: [...newPerson().identifiers],
    period,
    source: 'person' as const,
    startsAt,
  });
  const running = await world.register.register(input(hoursAgo(23), '24h'), byAdmin());
  expect(running.status).toBe('active');
  const stays = await world.register.register(input('2020-01-15', '6mo'), byAdmin());
  expect(stays).toMatchObject({
    status: 'active',
    startsAt: '2020-01-14T21:00:00.000Z',
    endsAt: '2020-07-14T21:00:00.000Z',
  });
  const error = await refusal(world.register.register(input(hoursAgo(25), '24h'), byAdmin('over')));
  expect(error).toMatchObject({ code: 'INVALID_INPUT', details: [{ path: 'startsAt' }] });
  const again = await refusal(world.register.register(input(hoursAgo(25), '24h'), byAdmin('over')));
  expect(again.code, 'a refused call does not use up its key').toBe('INVALID_INPUT');
});

test('a pending exclusion is logged now and effective later', async () => {
  await using world = await open();
  const person = newPerson();
  const startsAt = new Date(Date.now() + 3_600_000).toISOString();
  const exclusion = await world.register.register(
    { identifiers: [person.byNationalId], period: '24h', source: 'person', startsAt },
    byAdmin(),
  );
  expect(exclusion).toMatchObject({ status: 'pending', startsAt });
  expect((await readLog(world.pool))[0]?.effectiveAt).toBe(Date.parse(startsAt));
  const key = Buffer.from(hexOf(world.platform, person.byNationalId), 'hex');
  expect(await world.platform.db.transaction((tx) => isExcluded(tx, [key]))).toBe(false);
});

test('the latest end wins, and a registration that changes nothing still writes an entry', async () => {
  await using world = await open();
  const person = newPerson();
  const register = (period: '24h' | '1y' | '30d') =>
    world.register.register({ identifiers: [person.byNationalId], period, source: 'person' }, byAdmin());
  const month = await register('30d');
  const day = await register('24h');
  expect(day.seq).toBe(2);
  const held = () =>
    readLog(world.pool).then((log) => replay(log).get(hexOf(world.platform, person.byNationalId)));
  expect(await held()).toEqual([{ startsAt: Date.parse(month.startsAt), endsAt: Date.parse(month.endsAt!) }]);
  await register('1y');
  expect(await held()).toEqual([{ startsAt: Date.parse(month.startsAt), endsAt: null }]);
});

test('a strong identifier joins, a weak one is only attached', async () => {
  await using world = await open();
  const [anna, ben] = [newPerson(), newPerson()];
  const register = (identifiers: (typeof anna.byPhone)[]) =>
    world.register.register({ identifiers, period: 'permanent', source: 'person' }, byAdmin());
  await register([anna.byNationalId, anna.byPhone]);
  await register([ben.byNationalId, anna.byPhone]);
  await register([anna.byPhone]);
  await register([anna.byNationalId, anna.byPassport]);
  await register([anna.byPassport]);
  const { rows } = await world.pool.query('SELECT count(*)::int AS people FROM persons');
  expect(rows[0].people, 'Anna, Ben, and whoever the phone alone belongs to').toBe(3);
});

test('an identifier attached to an excluded person: an `identified` entry, and excluded by it at once', async () => {
  await using world = await open();
  const person = newPerson();
  const first = await world.register.register(
    { identifiers: [person.byNationalId], period: '1y', source: 'person' },
    byAdmin(),
  );
  const second = await world.register.register(
    { identifiers: [person.byNationalId, person.byPhone], period: '24h', source: 'person' },
    byAdmin(),
  );
  const log = await readLog(world.pool);
  expect(log.map(({ kind }) => kind)).toEqual(['registered', 'identified', 'registered']);
  expect(second.seq).toBe(3);
  expect(replay(log).get(hexOf(world.platform, person.byPhone))).toEqual([
    { startsAt: Date.parse(first.startsAt), endsAt: null },
  ]);
  expect(new Set(log.map(({ subject }) => subject)).size).toBe(1);
});

test('two known people behind the identifiers: no merge, attached to both, flagged', async () => {
  await using world = await open();
  const [anna, ben] = [newPerson(), newPerson()];
  for (const identifier of [anna.byNationalId, ben.byPassport]) {
    await world.register.register({ identifiers: [identifier], period: '24h', source: 'person' }, byAdmin());
  }
  const both = await world.register.register(
    { identifiers: [anna.byNationalId, ben.byPassport, ben.byPhone], period: '1y', source: 'court' },
    byAdmin(),
  );
  expect(both).toMatchObject({ needsReview: true });
  const log = await readLog(world.pool);
  const held = replay(log);
  for (const identifier of [anna.byNationalId, ben.byPassport, ben.byPhone]) {
    expect(held.get(hexOf(world.platform, identifier))).toMatchObject([{ endsAt: null }]);
  }
  expect(both.seq).toBe(log.length);
  const detail = await world.register.get({ id: both.id }, callBy(admin));
  expect(detail.people).toHaveLength(2);
});

test('a key shared by two people holds the union of both', async () => {
  await using world = await open();
  const [anna, ben] = [newPerson(), newPerson()];
  const start = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
  await world.register.register(
    { identifiers: [anna.byNationalId, anna.byPhone], period: '24h', source: 'person' },
    byAdmin(),
  );
  await world.register.register(
    { identifiers: [ben.byNationalId, anna.byPhone], period: '24h', source: 'person', startsAt: start(9) },
    byAdmin(),
  );
  const held = replay(await readLog(world.pool));
  expect(held.get(hexOf(world.platform, anna.byPhone))).toHaveLength(2);
  expect(held.get(hexOf(world.platform, anna.byNationalId))).toHaveLength(1);
  expect(held.get(hexOf(world.platform, ben.byNationalId))).toHaveLength(1);
});

test('the same key twice: the identical answer; with another input: a conflict', async () => {
  await using world = await open();
  const input = { identifiers: [newPerson().byPhone], period: '7d', source: 'family' } as const;
  const first = await world.register.register(
    { ...input, identifiers: [...input.identifiers] },
    byAdmin('k'),
  );
  const again = await world.register.register(
    { ...input, identifiers: [...input.identifiers] },
    byAdmin('k'),
  );
  expect(JSON.stringify(again)).toBe(JSON.stringify(first));
  expect(await readLog(world.pool)).toHaveLength(1);
  const other = await refusal(
    world.register.register({ ...input, identifiers: [newPerson().byPhone] }, byAdmin('k')),
  );
  expect(other.code).toBe('IDEMPOTENCY_CONFLICT');
});

test('is not acknowledged before this node has it: UNAVAILABLE, safe to repeat with the key', async () => {
  await using world = await open();
  let isBehind = true;
  const register = openRegister(world.platform, { reached: async () => !isBehind });
  const input = { identifiers: [newPerson().byPhone], period: '7d' as const, source: 'family' as const };
  expect((await refusal(register.register(input, byAdmin('late')))).code).toBe('UNAVAILABLE');
  expect((await refusal(register.register(input, byAdmin('late')))).code, 'a replay waits too').toBe(
    'UNAVAILABLE',
  );
  isBehind = false;
  expect((await register.register(input, byAdmin('late'))).seq).toBe(1);
});

test('the hub may not rewrite the log', async () => {
  await using world = await open();
  await world.register.register(
    { identifiers: [newPerson().byPhone], period: '7d', source: 'family' },
    byAdmin(),
  );
  for (const sql of [
    'UPDATE register_log SET seq = 2',
    'DELETE FROM register_log',
    'TRUNCATE register_log',
  ]) {
    await expect(world.platform.db.query(sql)).rejects.toThrow(/permission denied/);
  }
});
