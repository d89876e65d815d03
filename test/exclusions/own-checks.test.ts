import { searchBack } from '@kinga/server/domains/exclusions/own-checks/search.ts';
import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OperatorKey } from '../support/accounts.ts';
import { type AnswerOf, ok, refused } from '../support/client.ts';
import { newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { exclude, newTill } from '../tokens/support.ts';
import { DAY_MS, openWorld, type Someone, type World } from './life-cycle/world.ts';
import { hexOf } from './support.ts';

let world: World;
let operator: OperatorKey;
beforeAll(async () => {
  world = await openWorld();
  operator = await world.hub.operatorKey();
});
afterAll(() => world[Symbol.asyncDispose]());

/** As if the account had proved everything it is known by, or this, so long ago. */
async function proved(who: Someone, days: number, only?: Identifier): Promise<void> {
  const key = only === undefined ? null : hexOf(world.hub.platform, only);
  await world.pool.query(
    `UPDATE account_identifiers SET verified_at = clock_timestamp() - make_interval(days => $2)
      WHERE account_id = $1 AND ($3::text IS NULL OR encode(key, 'hex') = $3)`,
    [who.signedIn.account.id, days, key],
  );
}

async function someone(days = 30): Promise<Someone> {
  const who = await world.someone();
  await proved(who, days);
  return who;
}

const isRecorded = (checkId: string) =>
  probe(async () => {
    const { rowCount } = await world.pool.query('SELECT FROM checks WHERE id = $1', [checkId.slice(2)]);
    return rowCount === 1;
  });

async function check(identifiers: readonly Identifier[], purpose = 'bet'): Promise<string> {
  const { apiKey } = operator;
  const { checkId } = ok(
    (await world.hub.http('exclusions.lookup', { identifiers, purpose }, { apiKey })).body,
  );
  await isRecorded(checkId);
  return checkId;
}

/** Checks that were made so long ago, a minute after the other. */
async function checkedBefore(identifier: Identifier, { days = 1, count = 1, keyNo = 1 }): Promise<void> {
  await world.pool.query(
    `INSERT INTO checks (id, key_no, subject, purpose, answer, seq, at)
     SELECT (lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0')
              || substr(md5(random()::text), 1, 20))::uuid,
            $4, $1::uuid, 'b', 'C', 0, at
       FROM (SELECT clock_timestamp() - make_interval(days => $2) - make_interval(mins => n) AS at
               FROM generate_series(1, $3) AS n) AS times`,
    [hexOf(world.hub.platform, identifier), days, count, keyNo],
  );
}

const ask = (token: string, cursor?: string) =>
  world.call('exclusions.checksOfMe', cursor === undefined ? {} : { cursor }, token);
/** All there is: a page ends early where its time was up. */
async function askedAbout(who: Someone) {
  const items: AnswerOf<'exclusions.checksOfMe'>['items'] = [];
  let cursor: string | undefined;
  do {
    const page = ok(await ask(who.token, cursor));
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return items;
}

it('says which operator asked, what for, when, and what it was answered, the newest first', async () => {
  const me = await someone();
  const before = Date.now();
  const first = await check([me.byNationalId], 'registration');
  const second = await check([me.byPhone, newPerson().byEmail], 'marketing');
  await exclude(world.hub, [me.byNationalId]);
  const third = await check([me.byNationalId], 'login');
  const { rows } = await world.pool.query('SELECT name FROM operators WHERE id = $1', [operator.operatorId]);
  const page = ok(await ask(me.token));
  const by = { operatorName: rows[0]?.name, at: expect.any(String) };
  expect(page.items).toEqual([
    { ...by, checkId: third, purpose: 'login', answer: 'EXCLUDED' },
    { ...by, checkId: second, purpose: 'marketing', answer: 'CLEAR' },
    { ...by, checkId: first, purpose: 'registration', answer: 'CLEAR' },
  ]);
  for (const { at } of page.items) expect(Math.abs(Date.parse(at) - before)).toBeLessThan(60_000);
  expect(page.nextCursor).toBeUndefined();
});

it('knows the checks of a screening token as well, and those by an identifier that was found', async () => {
  const me = await someone();
  const till = await newTill(world.hub);
  const { token } = await till.issue([me.byNationalId]);
  const { checkId } = await till.ask('tokens.validate', { token, purpose: 'deposit' });
  await isRecorded(checkId);
  await exclude(world.hub, [me.byPhone]);
  const found = await check([newPerson().byEmail, me.byPhone]);
  expect((await askedAbout(me)).map((one) => one.checkId)).toEqual([found, checkId]);
});

it('goes on where a page ended, whatever is asked in between, and ends after ninety days', async () => {
  const me = await someone();
  await checkedBefore(me.byNationalId, { days: 3, count: 25 });
  await checkedBefore(me.byNationalId, { days: 80, count: 3 });
  await checkedBefore(me.byNationalId, { days: 91, count: 3 });
  const first = ok(await ask(me.token));
  expect(first.items).toHaveLength(20);
  expect(first.searchedBackTo).toBe(first.items.at(-1)?.at);
  await check([me.byNationalId]);
  const second = ok(await ask(me.token, first.nextCursor));
  expect(second.items).toHaveLength(8);
  expect(second.nextCursor).toBeUndefined();
  const ids = [...first.items, ...second.items].map(({ checkId }) => checkId);
  expect(new Set(ids).size).toBe(28);
  expect(ids).toEqual(ids.toSorted().toReversed());
  expect(Math.abs(Date.parse(second.searchedBackTo) - (Date.now() - 90 * DAY_MS))).toBeLessThan(60_000);
});

it('finds each of them once, however dense the checks of others lie around them, and goes on when time is up', async () => {
  const [me, crowd] = [await someone(), newPerson()];
  await checkedBefore(me.byNationalId, { days: 2, count: 12 });
  await checkedBefore(crowd.byNationalId, { days: 2, count: 2_000 });
  await checkedBefore(me.byNationalId, { days: 4, count: 3 });
  const mine = [
    { subject: hexOf(world.hub.platform, me.byNationalId), since: new Date(Date.now() - 5 * DAY_MS) },
  ];
  const search = (before: string | undefined, budgetMs: number) =>
    world.hub.platform.db.transaction((tx) =>
      searchBack(tx, mine, { before, nowMs: Date.now(), sliceRows: 100, budgetMs }),
    );
  expect((await search(undefined, 60_000)).checks).toHaveLength(15);

  const found: string[] = [];
  let calls = 0;
  for (let before: string | undefined, backToMs = Date.now(); backToMs > mine[0]!.since.getTime(); calls++) {
    const part = await search(before, 3);
    expect(part.backToMs).toBeLessThan(backToMs);
    found.push(...part.checks.map(({ id }) => id));
    backToMs = part.backToMs;
    before = backToMs.toString(16).padStart(12, '0').padEnd(32, '0');
  }
  expect(new Set(found).size).toBe(15);
  expect(found).toHaveLength(15);
  expect(calls).toBeGreaterThan(1);
});

it('shows nobody the checks of a number they only say is theirs, nor anybody else’s', async () => {
  const [me, claimant] = [await someone(), await world.someone()];
  await check([me.byNationalId]);
  await check([claimant.byNationalId]);
  expect(await askedAbout(claimant)).toEqual([]);
  await world.pool.query(
    `INSERT INTO account_identifiers (account_id, key, type, sealed)
     SELECT $1, key, type, sealed FROM account_identifiers WHERE account_id = $2 AND type <> 'email'`,
    [claimant.signedIn.account.id, me.signedIn.account.id],
  );
  expect(await askedAbout(claimant)).toEqual([]);
  expect(await askedAbout(me)).toHaveLength(1);
});

it('counts a phone from the day it was proved until somebody else proves it, and a document always', async () => {
  const me = await world.someone();
  await proved(me, 5, me.byPhone);
  await proved(me, 0, me.byNationalId);
  await checkedBefore(me.byPhone, { days: 10 });
  await checkedBefore(me.byNationalId, { days: 10 });
  await checkedBefore(me.byPhone, { days: 2 });
  expect(await askedAbout(me)).toHaveLength(2);
  const heir = await world.someone();
  await world.pool.query(
    `INSERT INTO account_identifiers (account_id, key, type, sealed, verified_at)
     SELECT $1, key, type, sealed, clock_timestamp() - interval '1 day'
       FROM account_identifiers WHERE account_id = $2 AND type = 'phone'`,
    [heir.signedIn.account.id, me.signedIn.account.id],
  );
  expect(await askedAbout(heir)).toEqual([]);
  expect(await askedAbout(me)).toHaveLength(1);
});

it('leaves out what the hub asks itself', async () => {
  const me = await someone();
  await checkedBefore(me.byNationalId, { keyNo: 0 });
  const { operatorId, keyId } = await world.hub.operatorKey();
  const { rows } = await world.pool.query('SELECT no FROM api_keys WHERE id = $1', [keyId]);
  await checkedBefore(me.byNationalId, { keyNo: rows[0]?.no });
  expect(await askedAbout(me)).toHaveLength(1);
  await world.pool.query('UPDATE operators SET internal = true WHERE id = $1', [operatorId]);
  expect(await askedAbout(me)).toEqual([]);
});

it('refuses a cursor of something else, whoever is not signed in, and whoever is not a person', async () => {
  const { token } = await someone();
  for (const cursor of ['', '5', 'c_zz', `c_${'0'.repeat(31)}`, `c_${'0'.repeat(32)}'`]) {
    const error = refused(await ask(token, cursor));
    expect([error.code, error.details?.map(({ path }) => path)]).toEqual(['INVALID_INPUT', ['cursor']]);
  }
  const unknown = refused(await world.call('exclusions.checksOfMe', { accountId: 'acc_1' }, token));
  expect(unknown.code).toBe('INVALID_INPUT');
  for (const cursor of [`c_${'0'.repeat(32)}`, `c_${'f'.repeat(32)}`]) {
    expect(ok(await ask(token, cursor)).items).toEqual([]);
  }
  expect(refused((await world.hub.http('exclusions.checksOfMe', {})).body).code).toBe('UNAUTHENTICATED');
  expect(refused(await ask(world.admin.token)).code).toBe('FORBIDDEN');
  const { apiKey } = operator;
  expect(refused((await world.hub.http('exclusions.checksOfMe', {}, { apiKey })).body).code).toBe(
    'FORBIDDEN',
  );
});

it('answers many at once, each their own, and asks those to come again for whom there is no room', async () => {
  const people = await Promise.all(Array.from({ length: 5 }, () => someone()));
  for (const one of people) await checkedBefore(one.byNationalId, { count: 2 });
  const answers = await Promise.all(people.map((one) => askedAbout(one)));
  for (const items of answers) expect(items).toHaveLength(2);
  expect(new Set(answers.flat().map(({ checkId }) => checkId)).size).toBe(10);

  const [me] = people;
  const many = await Promise.all(Array.from({ length: 30 }, () => ask(me!.token)));
  for (const answer of many) {
    if (answer.ok) expect(answer.data.items).toEqual(answers[0]!.slice(0, answer.data.items.length));
    else expect(answer.error).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
  }
  expect(many.filter((answer) => answer.ok).length).toBeGreaterThan(10);
});
