import { randomBytes, randomInt } from 'node:crypto';
import type { SamplingFinding } from '@kinga/server/domains/screening/findings.ts';
import { Sampling } from '@kinga/server/domains/screening/sampling.ts';
import { Screen } from '@kinga/server/domains/screening/screen.ts';
import type { KeyActor } from '@kinga/server/platform/call/actor.ts';
import { actForEveryTenant } from '@kinga/server/platform/db/tenant.ts';
import { VERSION_ONE } from '@kinga/shared/policy/version-one.ts';
import { expect, test } from 'vitest';
import { ok } from '../support/client.ts';
import { createTestDatabase } from '../support/database.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { createTestPlatform } from '../support/platform.ts';
import { probe } from '../support/probe.ts';
import { type Asker, alertsOf, answeredBy, nationalId, newAsker, setScreening } from './support.ts';

const MANY = 'screening.many-people';
const RULE = { floor: 100, perMappedCustomer: 2, mode: 'alarm', cites: 'test' };
const strangers = (count: number) =>
  Array.from({ length: count }, () => nationalId(randomInt(10_000_000, 40_000_000)));
/** Of the policy in force from now on: until then nobody asks about more than the first. */
const hubWith = async (hub: TestHub, rule: object = RULE) => {
  await setScreening(hub, { newPeoplePerDay: rule });
  await answeredBy(hub, 2);
};
const told = (hub: TestHub, { operatorId }: Asker) =>
  probe(async () => (await alertsOf(hub, MANY, operatorId))[0], { what: 'the alert' });

test('an operator that asks about its 50,000 customers, each ten times a day, is never told of; a sampler is', async () => {
  await using database = await createTestDatabase();
  await using platform = await createTestPlatform(database);
  const found: SamplingFinding[] = [];
  const screen = new Screen({
    isBlocked: () => false,
    onScan: () => {},
    onPerson: () => {},
    onDates: () => {},
    onOften: () => {},
  });
  const sampling = new Sampling({
    platform,
    screen,
    customersOf: async (_tx, operatorId) => (operatorId === 'opr_big' ? 50_000 : 0),
    onFound: (finding) => void found.push(finding),
  });
  const turn = () =>
    platform.db.transaction(async (tx) => {
      await actForEveryTenant(tx);
      return await sampling.exchange(tx, false);
    });
  const keyOf = (operatorId: string, keyNo: number): KeyActor => ({
    kind: 'key',
    keyId: `key_${keyNo}`,
    keyNo,
    operatorId,
    scopes: new Set(['exclusions:lookup']),
    environment: 'live',
    mode: 'alarm',
  });
  const ask = (key: KeyActor, hash: string) => {
    screen.begin(key, VERSION_ONE.screening, 0);
    screen.question('bet');
    screen.see('nationalId', 'X', hash);
    screen.see('phone', 'X', hash.slice(8) + hash.slice(0, 8));
    screen.verdict(hash);
  };
  const hashes = (count: number) => {
    const bytes = randomBytes(16 * count).toString('latin1');
    return Array.from({ length: count }, (_, i) => bytes.slice(16 * i, 16 * i + 16));
  };
  const customers = hashes(50_000);
  for (let round = 0; round < 10; round++) {
    for (const [i, hash] of customers.entries()) {
      ask(keyOf('opr_big', 1), hash);
      if (i % 10_000 === 0) (await turn())();
    }
  }
  (await turn())();
  expect(found).toEqual([]);
  for (const hash of hashes(24_000)) ask(keyOf('opr_sampler', 2), hash);
  (await turn())();
  expect(found).toMatchObject([
    { operatorId: 'opr_sampler', customers: 0, limit: 20_000, keys: [{ id: 'key_2' }], blocked: [] },
  ]);
  expect(Math.abs(found[0]!.people - 24_000)).toBeLessThan(2_800);
});

test('somebody who asks about random people is told of within seconds, with the numbers and nobody’s data', async () => {
  await using hub = await startTestHub();
  await hubWith(hub);
  const asker = await newAsker(hub);
  const known = strangers(60);
  for (let round = 0; round < 5; round++) await asker.many(known);
  const answers = await asker.many([...strangers(150)]);
  expect(new Set(answers as string[])).toEqual(new Set(['CLEAR']));
  const alert = await told(hub, asker);
  expect(alert).toMatchObject({
    severity: 'warning',
    facts: {
      customers: 0,
      limit: 100,
      floor: 100,
      perMappedCustomer: 2,
      keys: [asker.keyId],
      blockedKeys: [],
    },
  });
  expect(alert.facts.people).toBeGreaterThan(180);
  expect(alert.facts.people).toBeLessThan(240);
  expect(alert.explanation).toMatch(/different people today.*mapped 0 customers.*at most 100/);
});

test('a key that blocks is refused until staff end it; who asks about the same people again is not', async () => {
  await using hub = await startTestHub();
  await hubWith(hub);
  const asker = await newAsker(hub, { mode: 'block' });
  const honest = await newAsker(hub, { mode: 'block' }, asker.operatorId);
  const few = await newAsker(hub, { mode: 'block' });
  const known = strangers(200);
  expect(await honest.many(known.slice(0, 15))).toHaveLength(15);
  await asker.many(known);
  await few.many(known.slice(0, 80));
  await probe(async () => (await asker.lookup(known[0]!)) === 'RATE_LIMITED');
  expect(await asker.refusal(known[0]!)).toMatchObject({ message: 'Too many lookups', retryAfterMs: 60_000 });
  expect(await told(hub, asker)).toMatchObject({
    severity: 'critical',
    facts: { blockedKeys: [asker.keyId] },
  });
  expect(await honest.lookup(known[0]!)).toBe('CLEAR');
  const { token } = await hub.admin();
  expect(ok((await hub.http('screening.unblock', { keyId: asker.keyId }, { token })).body).wasBlocked).toBe(
    true,
  );
  for (let round = 0; round < 3; round++) expect(await asker.many(known)).toHaveLength(200);
  // New ones are a new finding.
  await asker.many(strangers(20));
  await probe(async () => (await asker.lookup(known[0]!)) === 'RATE_LIMITED');
  expect(await few.many(known.slice(0, 80))).toHaveLength(80);
});

test('an operator that mapped its customers may ask about so many more', async () => {
  await using hub = await startTestHub();
  await hubWith(hub);
  const asker = await newAsker(hub);
  const items = strangers(100).map((identifier, i) => ({
    ref: `r${i}`,
    identifiers: [identifier],
    customerId: `c${i}`,
  }));
  ok((await hub.http('tokens.issueMany', { items }, { apiKey: asker.apiKey })).body);
  const seen = async () => {
    const { rows } = await hub.database.pool.query(
      'SELECT count(*)::int AS rows FROM screening_sketches WHERE tenant_id = $1',
      [asker.operatorId],
    );
    return rows[0].rows > 0;
  };
  await asker.many(strangers(160));
  await probe(seen);
  expect(await alertsOf(hub, MANY, asker.operatorId)).toEqual([]);
  await asker.many(strangers(120));
  expect((await told(hub, asker)).facts).toMatchObject({ customers: 100, limit: 200 });
});

test('whoever has tokens issued for strangers asks about them; for mapped customers nobody does', async () => {
  await using hub = await startTestHub();
  await hubWith(hub);
  const issue = async (asker: Asker, customers: readonly (string | undefined)[]) => {
    const people = strangers(customers.length);
    const items = people.map((identifier, i) => {
      const customerId = customers[i];
      return {
        ref: `r${i}`,
        identifiers: [identifier],
        ...(customerId === undefined ? {} : { customerId }),
      };
    });
    return ok((await hub.http('tokens.issueMany', { items }, { apiKey: asker.apiKey })).body);
  };
  const honest = await newAsker(hub, { mode: 'block' });
  await issue(
    honest,
    Array.from({ length: 200 }, (_, i) => `c${i}`),
  );
  const sampler = await newAsker(hub, { mode: 'block' });
  await issue(sampler, new Array<undefined>(160).fill(undefined));
  expect((await told(hub, sampler)).facts).toMatchObject({ customers: 0, blockedKeys: [sampler.keyId] });
  await probe(async () => (await sampler.lookup(strangers(1)[0]!)) === 'RATE_LIMITED');
  expect(await alertsOf(hub, MANY, honest.operatorId)).toEqual([]);
});

test('what is asked of several nodes, and before a restart, is one count', async () => {
  await using one = await startTestHub();
  await hubWith(one);
  const asker = await newAsker(one);
  const { database } = one;
  {
    await using two = await startTestHub({ database });
    for (const identifier of strangers(70)) await asker.lookup(identifier, 'bet', two);
  }
  for (const identifier of strangers(20)) await asker.lookup(identifier, 'bet', one);
  await using three = await startTestHub({ database });
  for (const identifier of strangers(40)) await asker.lookup(identifier, 'bet', three);
  expect((await told(one, asker)).facts.people).toBeGreaterThan(100);
});

test('another day begins with nobody', async () => {
  await using one = await startTestHub();
  await hubWith(one);
  const asker = await newAsker(one);
  const { pool } = one.database;
  {
    await using two = await startTestHub({ database: one.database });
    for (const identifier of strangers(90)) await asker.lookup(identifier, 'bet', two);
  }
  const { rowCount } = await pool.query(
    `UPDATE screening_sketches SET day = day - 1, at = at - interval '1 day'`,
  );
  expect(rowCount).toBe(1);
  await using three = await startTestHub({ database: one.database });
  for (const identifier of strangers(70)) await asker.lookup(identifier, 'bet', three);
  await probe(async () => {
    const { rows } = await pool.query('SELECT count(DISTINCT day)::int AS days FROM screening_sketches');
    return rows[0].days === 2;
  });
  expect(await alertsOf(one, MANY, asker.operatorId)).toEqual([]);
});
