import { readPolicy } from '@kinga/server/domains/policy/index.ts';
import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import { expect, test } from 'vitest';
import { startNode } from '../exclusions/nodes.ts';
import { refusal } from '../support/call.ts';
import { createTestDatabase } from '../support/database.ts';
import { newPeople, type Person } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { AUTHORITY, DAY_MS, EVER, idsOf, open } from './replay-world.ts';
import { valuesWith } from './support.ts';

test('finds exactly the answers that other periods would have changed', async () => {
  await using database = await createTestDatabase();
  await using node = await startNode(database);
  const world = await open(database, node);
  const [thirty, week, half, lifted, pending, stranger] = newPeople(6) as [Person, ...Person[]] as Person[];
  await world.register(thirty!, '30d', 30 * DAY_MS - 2_500);
  await world.register(week!, '7d', 7 * DAY_MS - 2_500);
  await world.register(half!, '6mo', 220 * DAY_MS);
  const { id } = await world.register(lifted!, '30d', 10 * DAY_MS);
  await world.register(pending!, '1y', -DAY_MS);
  const everybody = [thirty, week, half, lifted, pending, stranger] as Person[];
  for (const who of everybody) await world.ask(who);
  const { told } = await database.db.transaction((tx) =>
    node.exclusions.liftWithin(tx, id, { reasonCode: 'petitionDismissed', by: { actor: 'system' } }),
  );
  await told();
  await probe(async () => (await world.ask(thirty!)) === 'CLEAR' && (await world.ask(week!)) === 'CLEAR');
  for (const who of everybody) await world.ask(who);
  await world.recorded();

  const asItWas = await world.replay(1);
  expect(asItWas).toMatchObject({ examined: world.asked.length, differing: 0, unexplained: 0, examples: [] });
  expect(asItWas.nextCursor).toBeUndefined();

  const stays = await world.hypothesis(({ periods }) => {
    periods['30d'].staysUntilReturn = true;
  });
  const cleared = world.asked.filter(({ who, status }) => who === thirty && status === 'CLEAR');
  const staying = await world.replay(stays);
  expect(staying.examples.map(({ checkId }) => checkId)).toEqual(idsOf(cleared));
  expect(staying).toMatchObject({ version: stays, differing: cleared.length, unexplained: 0 });
  expect(staying.examples[0]).toMatchObject({
    purpose: 'login',
    recorded: 'CLEAR',
    replayed: 'EXCLUDED',
    why: `under version ${stays} an exclusion of 30d is still in force`,
  });

  const ends = await world.hypothesis(({ periods }) => {
    periods['6mo'].staysUntilReturn = false;
  });
  const returned = world.asked.filter(({ who }) => who === half);
  const ending = await world.replay(ends);
  expect(ending.examples.map(({ checkId }) => checkId)).toEqual(idsOf(returned));
  expect(ending.examples[0]).toMatchObject({ recorded: 'EXCLUDED', replayed: 'CLEAR' });

  const longer = await world.hypothesis(({ periods }) => {
    periods['7d'].length.hours = 192;
    periods['7d'].minimum.hours = 192;
  });
  const late = world.asked.filter(({ who, status }) => who === week && status === 'CLEAR');
  expect((await world.replay(longer)).examples.map(({ checkId }) => checkId)).toEqual(idsOf(late));
});

test('knows what was promised later: an extension from its own start, a renewal as the wish it was', async () => {
  await using database = await createTestDatabase();
  await using registering = await startNode(database);
  const [extended, renewing] = newPeople(2) as Person[];
  for (const who of [extended!, renewing!]) {
    const { id } = await registering.register([who.byNationalId], { period: '6mo' });
    await database.pool.query(
      `UPDATE exclusions SET starts_at = now() - interval '300 days', registered_at = now() - interval '300 days'
       WHERE id = $1`,
      [id],
    );
    await database.pool.query(
      `INSERT INTO exclusion_terms (exclusion_id, seq, change, period_before, period, term_starts_at, renews,
                                    changed_by, changed_at)
       VALUES ($1, (SELECT seq FROM exclusions WHERE id = $1), $2, '30d', '6mo', now() - interval '290 days', $3,
               'account:a', now() - interval '290 days')`,
      [id, who === extended ? 'extended' : 'renewalOn', who === renewing],
    );
  }
  // Loads what the rows say now.
  await using node = await startNode(database);
  const world = await open(database, node);
  for (const who of [extended!, renewing!, extended!]) expect(await world.ask(who)).toBe('EXCLUDED');
  await world.recorded();
  const differing = async (version: number) =>
    (await world.replay(version)).examples.map(({ checkId }) => checkId);
  const ofExtended = idsOf(world.asked.filter(({ who }) => who === extended));
  const halfEnds = await world.hypothesis(({ periods }) => {
    periods['6mo'].staysUntilReturn = false;
  });
  expect(await differing(halfEnds)).toEqual(ofExtended);
  const firstStays = await world.hypothesis(({ periods }) => {
    periods['6mo'].staysUntilReturn = false;
    periods['30d'].staysUntilReturn = true;
  });
  expect(await differing(firstStays)).toEqual([]);
  const longer = await world.hypothesis(({ periods }) => {
    periods['6mo'] = {
      ...periods['6mo'],
      staysUntilReturn: false,
      length: { months: 11 },
      minimum: { months: 11 },
    };
  });
  expect(await differing(longer)).toEqual([]);
});

test('nothing differs under the version that was in force, however close to a beginning or an end', async () => {
  await using database = await createTestDatabase();
  await using one = await startNode(database);
  await using two = await startNode(database);
  const [begins, ends, now] = newPeople(3) as Person[];
  const worlds = [await open(database, one), await open(database, two)] as const;
  await worlds[0].register(begins!, '24h', -4_000);
  await worlds[0].register(ends!, '24h', DAY_MS - 4_000);
  const registered = worlds[0].register(now!, '24h', 0);
  await probe(async () => {
    for (const world of worlds) for (const who of [begins!, ends!, now!]) await world.ask(who, 'bet');
    return (await worlds[0].ask(begins!)) === 'EXCLUDED' && (await worlds[1].ask(ends!)) === 'CLEAR';
  });
  await registered;
  const count = worlds[0].asked.length + worlds[1].asked.length;
  const found = await probe(async () => {
    const replayed = await worlds[0].replay(1);
    return replayed.examined >= count ? replayed : undefined;
  });
  expect(found).toMatchObject({ examined: count, differing: 0 });
  // Of the few answers given within a round trip of the instant itself nothing is said.
  expect(found.unexplained).toBeLessThan(count / 2);
});

test('finds the answers that could have been reused for another time, and no others', async () => {
  await using database = await createTestDatabase();
  await using node = await startNode(database);
  const world = await open(database, node);
  const [excluded, soon, stranger] = newPeople(3) as Person[];
  await world.register(excluded!, '1y', DAY_MS);
  await world.register(soon!, '1y', -20_000);
  for (const who of [excluded!, soon!, stranger!]) {
    for (const purpose of ['bet', 'deposit', 'login'] as const) await world.ask(who, purpose);
  }
  await world.recorded();
  // An outage's answer was for one use under any version.
  await database.pool.query(
    `INSERT INTO checks SELECT ('ffff' || substr(id::text, 5))::uuid, key_no, subject, 'b', 'U', seq, at FROM checks LIMIT 1`,
  );
  const shorter = await world.hypothesis(({ purposes }) => {
    purposes.bet.reuseSeconds = 30;
    purposes.bet.outage = { rule: 'failClosed' };
  });
  const found = await world.replay(shorter);
  // Both times end with the start that was to come, so of that person nothing differs.
  const bets = world.asked.filter(({ purpose, who }) => purpose === 'bet' && who !== soon);
  expect(found.examples.map(({ checkId }) => checkId)).toEqual(idsOf(bets));
  expect(found.examples[0]).toMatchObject({
    recorded: 'EXCLUDED',
    replayed: 'EXCLUDED',
    why: `reusable for 60 s, under version ${shorter} for 30 s`,
  });
  expect(found.byPurpose.find(({ purpose }) => purpose === 'bet')).toMatchObject({
    examined: 3,
    differing: 2,
  });
  expect(found.byPurpose.find(({ purpose }) => purpose === 'login')).toMatchObject({
    examined: 3,
    differing: 0,
  });
});

test('a call looks at 50,000 checks at most; the pages together are the whole', async () => {
  await using database = await createTestDatabase();
  await using node = await startNode(database);
  const world = await open(database, node);
  await database.pool.query(
    `INSERT INTO checks SELECT (lpad(to_hex(1780000000000 + n), 12, '0') || lpad(to_hex(n), 20, '0'))::uuid, 7,
       gen_random_uuid(), 'm', 'C', 0, to_timestamp((1780000000000 + n) / 1000.0)
     FROM generate_series(1, 120000) n`,
  );
  const version = await world.hypothesis(({ purposes }) => {
    purposes.marketing.reuseSeconds = 3_600;
  });
  let page = await world.replay(version);
  const pages = [page];
  while (page.nextCursor !== undefined) {
    page = await world.replay(version, { cursor: page.nextCursor });
    pages.push(page);
  }
  expect(pages.every(({ examined, examples }) => examined <= 50_000 && examples.length <= 100)).toBe(true);
  const total = (name: 'examined' | 'differing') => pages.reduce((sum, one) => sum + one[name], 0);
  expect([total('examined'), total('differing')]).toEqual([120_000, 120_000]);
});

test('what is no span of time, no version or no cursor is refused', async () => {
  await using database = await createTestDatabase();
  await using node = await startNode(database);
  const { handlers } = await open(database, node);
  const replay = async (input: object) =>
    refusal(handlers.replay({ version: 1, ...EVER, ...input }, AUTHORITY));
  expect(await replay({ to: '2019-01-01' })).toMatchObject({
    code: 'INVALID_INPUT',
    details: [{ path: 'to' }],
  });
  expect(await replay({ cursor: 'x' })).toMatchObject({
    code: 'INVALID_INPUT',
    details: [{ path: 'cursor' }],
  });
  expect(await replay({ version: 2 })).toMatchObject({ code: 'NOT_FOUND', details: [{ path: 'version' }] });
});

test('a registration keeps the term it was promised, whatever version comes after it', async () => {
  await using database = await createTestDatabase();
  await using node = await startNode(database);
  const { handlers } = await open(database, node);
  const [before, after] = newPeople(2) as Person[];
  const endOf = async (who: Person) => {
    const { id } = await node.register([who.byNationalId as Identifier], { period: '30d' });
    const { rows } = await database.pool.query<{ stays: boolean }>(
      'SELECT in_force_until IS NULL AS stays FROM exclusions WHERE id = $1',
      [id],
    );
    return rows[0]?.stays;
  };
  expect(await endOf(before!)).toBe(false);
  const values = valuesWith(({ periods }) => {
    periods['30d'].staysUntilReturn = true;
  });
  const { version, startsAt } = await handlers.publish({ values, note: 'Stay' }, AUTHORITY);
  await probe(async () => {
    const { rows } = await database.pool.query<{ begun: boolean }>(
      'SELECT clock_timestamp() >= $1::timestamptz AS begun',
      [startsAt],
    );
    return rows[0]?.begun;
  });
  expect(await endOf(after!)).toBe(true);
  const at = (ms: number) => readPolicy(database.db, ms);
  expect([(await at(0)).version, (await at(Date.parse(startsAt) - 1)).version]).toEqual([1, 1]);
  expect((await at(Date.parse(startsAt))).version).toBe(version);
  const kept = await database.pool.query(
    'SELECT in_force_until IS NULL AS stays FROM exclusions ORDER BY seq',
  );
  expect(kept.rows).toEqual([{ stays: false }, { stays: true }]);
});
