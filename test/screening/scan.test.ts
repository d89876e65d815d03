import { expect, test } from 'vitest';
import { createRandom } from '../fixtures/random.ts';
import { ok, refused } from '../support/client.ts';
import { startTestHub } from '../support/hub.ts';
import { probe } from '../support/probe.ts';
import { promptly } from '../support/promptly.ts';
import { activityOf, alertsOf, answeredBy, nationalId, newAsker, run, setScreening } from './support.ts';

const SCAN = 'screening.sequential-scan';
const WITHIN = { ms: 2_000, what: 'the alert' };

test('a scan by a key in alarm is answered, and told within two seconds: who, which key, how many', async () => {
  await using hub = await startTestHub();
  const asker = await newAsker(hub);
  for (const identifier of run(23_000_000, 20)) expect(await asker.lookup(identifier)).toBe('CLEAR');
  const [alert] = await promptly(async () => {
    const alerts = await alertsOf(hub, SCAN, asker.operatorId);
    return alerts.length > 0 && alerts;
  }, WITHIN);
  expect(alert).toMatchObject({
    severity: 'warning',
    operatorId: asker.operatorId,
    facts: { type: 'nationalId', numbers: 20, keys: [asker.keyId], blockedKeys: [] },
  });
  expect(JSON.stringify(alert)).not.toMatch(/230000/);
  expect(await asker.lookup(nationalId(23_000_020))).toBe('CLEAR');
});

test.each([
  ['nationalId', (i: number) => String(24_000_000 + 2 * i)],
  ['phone', (i: number) => `07${12_000_000 + 3 * i}`],
  ['passport', (i: number) => `AK${String(100_000 + i)}`],
  ['alienId', (i: number) => `${600_000 + i}`],
] as const)(
  'a scan of %s by a key that blocks is refused, neutrally, until staff end it',
  async (type, valued) => {
    await using hub = await startTestHub();
    const asker = await newAsker(hub, { mode: 'block' });
    const answers: string[] = [];
    for (let i = 0; i < 25; i++) answers.push(await asker.lookup({ type, value: valued(i) }));
    expect(answers).toEqual([
      ...new Array<string>(19).fill('CLEAR'),
      ...new Array<string>(6).fill('RATE_LIMITED'),
    ]);
    expect(await asker.refusal(nationalId(35_111_222))).toMatchObject({
      code: 'RATE_LIMITED',
      message: 'Too many lookups',
      retryAfterMs: 60_000,
    });
    const [alert] = await promptly(async () => {
      const alerts = await alertsOf(hub, SCAN, asker.operatorId);
      return alerts.length > 0 && alerts;
    }, WITHIN);
    expect(alert).toMatchObject({ severity: 'critical', facts: { type, blockedKeys: [asker.keyId] } });
    const activity = await probe(async () => {
      const found = await activityOf(hub, asker.operatorId);
      return found.keys.length > 0 && found;
    });
    expect(activity.keys[0]).toMatchObject({
      keyId: asker.keyId,
      mode: 'block',
      blockedUntil: expect.any(String),
    });
    expect(activity.blocks).toMatchObject([{ keyId: asker.keyId, liftedAt: null }]);
    const { token } = await hub.admin();
    const unblock = async () =>
      ok((await hub.http('screening.unblock', { keyId: asker.keyId }, { token })).body);
    expect(await unblock()).toEqual({ keyId: asker.keyId, wasBlocked: true });
    expect(await unblock()).toEqual({ keyId: asker.keyId, wasBlocked: false });
    expect(await asker.lookup(nationalId(35_111_222))).toBe('CLEAR');
    expect((await activityOf(hub, asker.operatorId)).blocks[0]?.liftedAt).not.toBeNull();
  },
);

test('a scan within a batch is refused as a whole; so is one by asking for tokens', async () => {
  await using hub = await startTestHub();
  const batch = await newAsker(hub, { mode: 'block' });
  expect(await batch.many(run(25_000_000, 40))).toMatchObject({ code: 'RATE_LIMITED' });
  const issuer = await newAsker(hub, { mode: 'block' });
  const items = run(26_000_000, 40).map((identifier, i) => ({ ref: `r${i}`, identifiers: [identifier] }));
  const { body } = await hub.http('tokens.issueMany', { items }, { apiKey: issuer.apiKey });
  expect(refused(body).code).toBe('RATE_LIMITED');
  expect(await issuer.lookup(nationalId(35_111_222))).toBe('RATE_LIMITED');
});

test('two keys of one operator that share a scan are one scan; the honest third key of it goes on', async () => {
  await using hub = await startTestHub();
  const one = await newAsker(hub, { mode: 'block' });
  const two = await newAsker(hub, { mode: 'block' }, one.operatorId);
  const honest = await newAsker(hub, { mode: 'block' }, one.operatorId);
  const random = createRandom(5);
  for (const [i, identifier] of run(27_000_000, 20).entries()) {
    await (i % 2 === 0 ? one : two).lookup(identifier);
    await honest.lookup(nationalId(20_000_000 + Math.floor(random() * 2e7)));
  }
  expect(await one.lookup(nationalId(35_111_222))).toBe('RATE_LIMITED');
  expect(await two.lookup(nationalId(35_111_222))).toBe('RATE_LIMITED');
  expect(await honest.lookup(nationalId(35_111_222))).toBe('CLEAR');
});

test('keys an operator issued itself are blocked together on every node: a stock of them is no way on', async () => {
  await using hub = await startTestHub();
  await using other = await startTestHub({ database: hub.database });
  const scanner = await newAsker(hub, { mode: 'block' });
  const inStock = await newAsker(hub, { mode: 'block' }, scanner.operatorId);
  const agreed = await newAsker(hub, { mode: 'block' }, scanner.operatorId);
  const ofAnother = await newAsker(hub, { mode: 'block' });
  const own = [scanner.keyId, inStock.keyId, ofAnother.keyId];
  await hub.database.pool.query('UPDATE api_keys SET self_issued = true WHERE id = ANY($1)', [own]);
  for (const identifier of run(28_500_000, 20)) await scanner.lookup(identifier);
  const somebody = nationalId(35_111_222);
  for (const node of [hub, other]) {
    await probe(async () => (await inStock.lookup(somebody, 'bet', node)) === 'RATE_LIMITED');
    expect(await agreed.lookup(somebody, 'bet', node)).toBe('CLEAR');
    expect(await ofAnother.lookup(somebody, 'bet', node)).toBe('CLEAR');
  }
  const { token } = await hub.admin();
  const unblocked = await hub.http('screening.unblock', { keyId: inStock.keyId }, { token });
  expect(ok(unblocked.body).wasBlocked).toBe(true);
  await probe(async () => (await scanner.lookup(somebody)) === 'CLEAR');
});

test('numbers of two operators that follow each other are no scan, nor is a sorted customer base', async () => {
  await using hub = await startTestHub();
  // They have mapped none of their customers.
  await setScreening(hub, {
    newPeoplePerDay: { floor: 100_000, perMappedCustomer: 2, mode: 'alarm', cites: 'test' },
  });
  await answeredBy(hub, 2);
  const one = await newAsker(hub, { mode: 'block' });
  const two = await newAsker(hub, { mode: 'block' });
  for (const [i, identifier] of run(28_000_000, 36).entries()) {
    expect(await (Math.floor(i / 9) % 2 === 0 ? one : two).lookup(identifier)).toBe('CLEAR');
  }
  const random = createRandom(6);
  const customers = Array.from({ length: 20_000 }, () => 20_000_000 + Math.floor(random() * 400_000));
  const sorted = [...new Set(customers)].sort((a, b) => a - b).map(nationalId);
  for (let at = 0; at < sorted.length; at += 1_000) {
    expect(await one.many(sorted.slice(at, at + 1_000), 'marketing')).not.toHaveProperty('code');
  }
  expect(await alertsOf(hub, SCAN)).toEqual([]);
});

test('a policy that blocks blocks every key, also those in alarm', async () => {
  await using hub = await startTestHub();
  const scan = { windowSeconds: 60, identifiers: 5, stepMax: 1, mode: 'block', cites: 'test' };
  await setScreening(hub, { sequentialScan: scan });
  const asker = await newAsker(hub);
  let first = 29_000_000;
  // Until the policy begins; numbers that were asked already are nothing new.
  await probe(async () => {
    first += 1_000;
    return !Array.isArray(await asker.many(run(first, 5)));
  });
  expect(await asker.lookup(nationalId(35_111_222))).toBe('RATE_LIMITED');
});

test('a block holds on every node within a second, and over a restart; its end as well', async () => {
  await using one = await startTestHub();
  const asker = await newAsker(one, { mode: 'block' });
  await using two = await startTestHub({ database: one.database });
  for (const identifier of run(30_000_000, 20)) await asker.lookup(identifier);
  const WITHIN_A_SECOND = { ms: 1_000, what: 'the block on the other node' };
  const at = (status: string) => async () =>
    (await asker.lookup(nationalId(35_111_222), 'bet', two)) === status;
  await promptly(at('RATE_LIMITED'), WITHIN_A_SECOND);
  await using three = await startTestHub({ database: one.database });
  expect(await asker.lookup(nationalId(35_111_222), 'bet', three)).toBe('RATE_LIMITED');
  const { token } = await one.admin();
  ok((await one.http('screening.unblock', { keyId: asker.keyId }, { token })).body);
  await promptly(at('CLEAR'), WITHIN_A_SECOND);
});

test('a block that could not be written is told, and holds on every node, when it can be', async () => {
  await using one = await startTestHub();
  await using two = await startTestHub({ database: one.database });
  const asker = await newAsker(one, { mode: 'block' });
  const { pool } = one.database;
  // The rest of what a node reads and writes goes on.
  await pool.query('REVOKE INSERT ON screening_blocks FROM kinga_hub');
  for (const identifier of run(33_000_000, 20)) await asker.lookup(identifier);
  expect(await asker.lookup(nationalId(35_111_222))).toBe('RATE_LIMITED');
  expect(await asker.lookup(nationalId(35_111_222), 'bet', two)).toBe('CLEAR');
  await pool.query('GRANT INSERT ON screening_blocks TO kinga_hub');
  await probe(async () => (await asker.lookup(nationalId(35_111_222), 'bet', two)) === 'RATE_LIMITED');
  expect(await alertsOf(one, SCAN, asker.operatorId)).toMatchObject([{ severity: 'critical', count: 1 }]);
});

test('a scan that is spread over two nodes is found on both', async () => {
  await using one = await startTestHub();
  await using two = await startTestHub({ database: one.database });
  const asker = await newAsker(one);
  for (const [i, identifier] of run(31_000_000, 40).entries()) {
    await asker.lookup(identifier, 'bet', i % 2 === 0 ? one : two);
  }
  await promptly(async () => (await alertsOf(one, SCAN, asker.operatorId))[0]?.count === 2, WITHIN);
});

test('a key that is made in the place of a blocked one is blocked too; its end ends both', async () => {
  await using hub = await startTestHub();
  const { token } = await hub.admin();
  const asker = await newAsker(hub, { mode: 'block' });
  for (const identifier of run(32_000_000, 20)) await asker.lookup(identifier);
  const rotation = { keyId: asker.keyId, overlapHours: 1 };
  const rotated = ok((await hub.http('operators.rotateKey', rotation, { token })).body);
  const input = { identifiers: [nationalId(35_111_222)], purpose: 'bet' };
  const ask = async (apiKey: string) => (await hub.http('exclusions.lookup', input, { apiKey })).status;
  await promptly(async () => (await ask(rotated.apiKey)) === 429, { ms: 1_000 });
  const { keys } = await activityOf(hub, asker.operatorId);
  expect(keys.find(({ keyId }) => keyId === rotated.keyId)?.blockedUntil).toEqual(expect.any(String));
  const unblocked = await hub.http('screening.unblock', { keyId: rotated.keyId }, { token });
  expect(ok(unblocked.body).wasBlocked).toBe(true);
  expect(await ask(rotated.apiKey)).toBe(200);
  expect(await ask(asker.apiKey)).toBe(200);
});

test('a key from before the rotation is blocked with the one that scanned; its end ends both', async () => {
  await using hub = await startTestHub();
  const { token } = await hub.admin();
  const asker = await newAsker(hub, { mode: 'block' });
  const rotation = { keyId: asker.keyId, overlapHours: 1 };
  const rotated = ok((await hub.http('operators.rotateKey', rotation, { token })).body);
  const ask = async (apiKey: string, identifier = nationalId(35_111_222)) =>
    (await hub.http('exclusions.lookup', { identifiers: [identifier], purpose: 'bet' }, { apiKey })).status;
  for (const identifier of run(33_000_000, 20)) await ask(rotated.apiKey, identifier);
  await promptly(async () => (await ask(asker.apiKey)) === 429, { ms: 2_000 });
  const unblocked = await hub.http('screening.unblock', { keyId: asker.keyId }, { token });
  expect(ok(unblocked.body).wasBlocked).toBe(true);
  expect(await ask(rotated.apiKey)).toBe(200);
  await promptly(async () => (await ask(asker.apiKey)) === 200, { ms: 2_000 });
});

test('an operator that is blocked gets no other key by itself, nor ever a stock of them', async () => {
  await using hub = await startTestHub();
  const admin = await hub.admin();
  const asker = await newAsker(hub, { mode: 'block' });
  const { operatorId } = asker;
  const staff = await hub.account('operator', { operatorId });
  await hub.database.pool.query(
    'INSERT INTO conformance_certificates (run_id, tenant_id, vectors) VALUES ($1, $2, 1)',
    ['run_of_a_test', operatorId],
  );
  const apply = async () => {
    const wanted = { label: 'another', scopes: ['exclusions:lookup'] };
    return (await hub.http('conformance.applyForProductionKey', wanted, staff)).body;
  };
  for (const identifier of run(34_000_000, 20)) await asker.lookup(identifier);
  // Not by applying until it is refused: each key it gets before is one of those it may have.
  await probe(async () => (await activityOf(hub, operatorId)).blocks.length > 0);
  const blocked = refused(await apply());
  expect(blocked.code).toBe('RATE_LIMITED');
  expect(blocked.retryAfterMs).toBeGreaterThan(14 * 60_000);
  ok((await hub.http('screening.unblock', { keyId: asker.keyId }, admin)).body);
  let refusal = (await Promise.all(Array.from({ length: 25 }, apply))).filter(({ ok: isOk }) => !isOk);
  expect(refusal.length).toBeGreaterThanOrEqual(6);
  for (const body of refusal) expect(refused(body).code).toBe('CONFLICT');
  // An old key that is good for a while counts, whatever became of the one in its place.
  const rotation = { keyId: asker.keyId, overlapHours: 1 };
  const { keyId } = ok((await hub.http('operators.rotateKey', rotation, staff)).body);
  ok((await hub.http('operators.revokeKey', { keyId }, staff)).body);
  expect(refused(await apply()).code).toBe('CONFLICT');
  ok((await hub.http('operators.revokeKey', { keyId: asker.keyId }, staff)).body);
  refusal = [await apply()].filter(({ ok: isOk }) => !isOk);
  expect(refusal).toEqual([]);
});
