import { pino } from 'pino';
import { expect, test } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub } from '../support/hub.ts';
import { probe } from '../support/probe.ts';
import { activityOf, alertsOf, nationalId, newAsker, setScreening } from './support.ts';

const RATE = 'screening.person-rate';
const SOMEBODY = nationalId(23_456_789);
const SOMEBODY_ELSE = nationalId(31_234_567);
const LIMIT = 60;
const times = <TResult>(count: number, work: () => Promise<TResult>) =>
  Promise.all(Array.from({ length: count }, work));

test('sixty questions an hour about one person are nobody’s business; more are told, and answered in alarm', async () => {
  await using hub = await startTestHub();
  const asker = await newAsker(hub);
  await times(LIMIT, () => asker.lookup(SOMEBODY, 'login'));
  expect(await asker.lookup(SOMEBODY, 'login')).toBe('CLEAR');
  const [alert] = await probe(async () => {
    const alerts = await alertsOf(hub, RATE, asker.operatorId);
    return alerts.length > 0 && alerts;
  });
  expect(alert).toMatchObject({
    operatorId: asker.operatorId,
    facts: { keyId: asker.keyId, count: 61, limit: 60, isRefused: false, person: expect.any(String) },
  });
  expect(JSON.stringify(alert)).not.toMatch(/23456789/);
  const activity = await probe(async () => {
    const found = await activityOf(hub, asker.operatorId);
    return found.keys[0]?.lastHour.questions === 61 && found;
  });
  expect(activity.keys[0]?.lastHour).toEqual({ questions: 61, followed: 0, overLimit: 1, refused: 0 });
});

test('a key that blocks: the sixty-first is refused, about this person only, neutrally, and by each way', async () => {
  await using hub = await startTestHub();
  const asker = await newAsker(hub, { mode: 'block' });
  const answers = await asker.many(
    Array.from({ length: LIMIT + 2 }, () => SOMEBODY),
    'marketing',
  );
  expect(answers).toEqual([...new Array<string>(LIMIT).fill('CLEAR'), 'RATE_LIMITED', 'RATE_LIMITED']);
  expect(await asker.refusal(SOMEBODY, 'registration')).toMatchObject({
    code: 'RATE_LIMITED',
    message: 'Too many lookups',
    retryAfterMs: 60_000,
  });
  expect(await asker.lookup(SOMEBODY_ELSE, 'login')).toBe('CLEAR');
  // Who bets is asked about at each bet: that goes on.
  expect(await asker.lookup(SOMEBODY, 'bet')).toBe('CLEAR');
  expect(await asker.lookup(SOMEBODY, 'deposit')).toBe('CLEAR');
  const other = await newAsker(hub, { mode: 'block' });
  expect(await other.lookup(SOMEBODY, 'login')).toBe('CLEAR');
});

test('a token is no way around it: the person behind it is counted as if asked about by their document', async () => {
  await using hub = await startTestHub();
  const asker = await newAsker(hub, { mode: 'block' });
  const { apiKey } = asker;
  const phone = { type: 'phone', value: '+254712345678' };
  const person = { identifiers: [phone, SOMEBODY], customerId: 'c-1' };
  const { token } = ok((await hub.http('tokens.issue', person, { apiKey })).body);
  const validate = async (purpose: string, from = asker) =>
    (await hub.http('tokens.validate', { token, purpose }, { apiKey: from.apiKey })).body;
  await times(LIMIT / 2, () => asker.lookup(SOMEBODY, 'login'));
  const allowed = await times(LIMIT / 2, () => validate('login'));
  expect(new Set(allowed.map((answer) => answer.ok && answer.data.status))).toEqual(new Set(['CLEAR']));
  expect(refused(await validate('registration'))).toMatchObject({
    code: 'RATE_LIMITED',
    message: 'Too many lookups',
    retryAfterMs: 60_000,
  });
  expect(await asker.lookup(SOMEBODY, 'login')).toBe('RATE_LIMITED');
  expect(ok(await validate('bet')).status).toBe('CLEAR');
  const checks = ['login', 'bet'].map((purpose) => ({ ref: purpose, token, purpose }));
  const { results } = ok((await hub.http('tokens.validateMany', { checks }, { apiKey })).body);
  expect(results).toEqual([
    { ref: 'login', error: expect.objectContaining({ code: 'RATE_LIMITED', message: 'Too many lookups' }) },
    expect.objectContaining({ ref: 'bet', status: 'CLEAR' }),
  ]);
  const colleague = await newAsker(hub, { mode: 'alarm' }, asker.operatorId);
  expect(ok(await validate('login', colleague)).status).toBe('CLEAR');
});

test('tokens of one excluded phone, each with another address beside it, are counted together', async () => {
  await using hub = await startTestHub();
  const { apiKey } = await newAsker(hub, { mode: 'block' });
  const phone = { type: 'phone', value: '+254712345678' };
  const { token: admin } = await hub.admin();
  const exclusion = { identifiers: [phone], period: '1y', source: 'person' };
  ok((await hub.http('exclusions.register', exclusion, { token: admin })).body);
  const items = Array.from({ length: 4 }, (_, i) => ({
    ref: `t${i}`,
    identifiers: [{ type: 'email', value: `made.up.${i}@example.test` }, phone],
  }));
  const issued = ok((await hub.http('tokens.issueMany', { items }, { apiKey })).body).results;
  const tokens = issued.map((one) => ('token' in one ? one.token : 'none'));
  const checks = Array.from({ length: 2 * LIMIT }, (_, i) => ({
    ref: `r${i}`,
    token: tokens[i % tokens.length],
    purpose: 'login',
  }));
  const { results } = ok((await hub.http('tokens.validateMany', { checks }, { apiKey })).body);
  expect(results.filter((result) => 'status' in result && result.status === 'EXCLUDED')).toHaveLength(LIMIT);
  expect(results.filter((result) => 'error' in result && result.error.code === 'RATE_LIMITED')).toHaveLength(
    LIMIT,
  );
});

test('bets and deposits of one person are not counted, however many', async () => {
  await using hub = await startTestHub();
  const asker = await newAsker(hub, { mode: 'block' });
  for (const purpose of ['bet', 'deposit'] as const) {
    const answers = await asker.many(
      Array.from({ length: 500 }, () => SOMEBODY),
      purpose,
    );
    expect(new Set(answers as string[])).toEqual(new Set(['CLEAR']));
  }
  expect(await asker.lookup(SOMEBODY, 'login')).toBe('CLEAR');
  expect(await alertsOf(hub, RATE, asker.operatorId)).toEqual([]);
});

test('an address that stands on every customer is no person; a person under other documents is', async () => {
  await using hub = await startTestHub();
  const { apiKey } = await newAsker(hub, { mode: 'block' });
  const placeholder = { type: 'email', value: 'none@operator.test' };
  const statuses = async (identifiersOf: (i: number) => object[]) => {
    const checks = Array.from({ length: 100 }, (_, i) => ({
      ref: `r${i}`,
      identifiers: identifiersOf(i),
      purpose: 'login',
    }));
    const { results } = ok((await hub.http('exclusions.lookupMany', { checks }, { apiKey })).body);
    return results.filter((result) => 'error' in result).length;
  };
  expect(await statuses((i) => [placeholder, nationalId(20_000_000 + 7_919 * i)])).toBe(0);
  const passport = { type: 'passport', value: 'AK0123456' };
  expect(await statuses((i) => [passport, nationalId(30_000_000 + 7_919 * i)])).toBe(40);
  expect(await statuses(() => [placeholder])).toBe(40);
});

test('the limit is one over all nodes, but for what is asked within the second they tell each other', async () => {
  await using one = await startTestHub();
  await using two = await startTestHub({ database: one.database });
  const asker = await newAsker(one, { mode: 'block' });
  await times(LIMIT, () => asker.lookup(SOMEBODY, 'login', one));
  expect(await asker.lookup(SOMEBODY, 'login', one)).toBe('RATE_LIMITED');
  await probe(async () => (await asker.lookup(SOMEBODY, 'login', two)) === 'RATE_LIMITED');
  expect(await asker.lookup(SOMEBODY_ELSE, 'login', two)).toBe('CLEAR');
});

test('what could not be told to the other nodes is told when it can be', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  await using one = await startTestHub({ log });
  await using two = await startTestHub({ database: one.database });
  const asker = await newAsker(one, { mode: 'block' });
  const rename = async (from: string, to: string) =>
    await one.database.pool.query(`ALTER TABLE ${from} RENAME TO ${to}`);
  // Of what is exchanged the last thing cannot be written, so that nothing is.
  await rename('screening_activity', 'screening_activity_away');
  await asker.many(
    Array.from({ length: LIMIT }, () => SOMEBODY),
    'login',
  );
  await probe(() => lines.some((line) => line.includes('could not be exchanged')));
  await rename('screening_activity_away', 'screening_activity');
  await probe(async () => {
    const { rows } = await one.database.pool.query('SELECT max(questions) AS most FROM screening_people');
    return rows[0].most === LIMIT;
  });
  await probe(async () => (await asker.lookup(SOMEBODY, 'login', two)) === 'RATE_LIMITED');
});

test('a policy sets the number and may block every key', async () => {
  await using hub = await startTestHub();
  await setScreening(hub, { personPerHour: { lookups: 3, mode: 'block', cites: 'test' } });
  const asker = await newAsker(hub);
  await probe(async () => (await asker.lookup(SOMEBODY, 'login')) === 'RATE_LIMITED');
  const answers = await asker.many(
    Array.from({ length: 5 }, () => SOMEBODY_ELSE),
    'login',
  );
  expect(answers).toEqual(['CLEAR', 'CLEAR', 'CLEAR', 'RATE_LIMITED', 'RATE_LIMITED']);
});

test('who may see it: staff; and only administrators end a block', async () => {
  await using hub = await startTestHub();
  const asker = await newAsker(hub);
  const regulator = await hub.account('regulator');
  const operator = await hub.account('operator', { operatorId: asker.operatorId });
  const codeOf = async (name: string, input: object, credentials: object) => {
    const { body } = await hub.http(name, input, credentials);
    return body.ok ? 'OK' : refused(body).code;
  };
  const activity = { operatorId: asker.operatorId };
  const block = { keyId: asker.keyId };
  expect(await codeOf('screening.activity', activity, regulator)).toBe('OK');
  expect(await codeOf('screening.unblock', block, regulator)).toBe('FORBIDDEN');
  for (const [name, input] of [
    ['screening.activity', activity],
    ['screening.unblock', block],
  ] as const) {
    expect(await codeOf(name, input, operator)).toBe('FORBIDDEN');
    expect(await codeOf(name, input, { apiKey: asker.apiKey })).toBe('FORBIDDEN');
    expect(await codeOf(name, input, {})).toBe('UNAUTHENTICATED');
  }
  const admin = await hub.admin();
  expect(await codeOf('screening.activity', { operatorId: 'opr_nobody' }, admin)).toBe('NOT_FOUND');
  expect(await codeOf('screening.unblock', { keyId: 'key_nobody' }, admin)).toBe('NOT_FOUND');
  expect(await codeOf('screening.activity', {}, admin)).toBe('INVALID_INPUT');
});
