import { countChecks } from '@kinga/server/domains/operators/index.ts';
import { expect, test } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { probe } from '../support/probe.ts';

const LOOKUP = { identifiers: [{ type: 'nationalId', value: '23456789' }], purpose: 'bet' };

interface Asked {
  /** Milliseconds from midnight in Nairobi. */
  readonly atMs: number;
  readonly subject: number;
  readonly purpose: string;
  readonly answer: string;
}

/** Checks as the recorder writes them: the id begins with the time. */
async function asked(hub: TestHub, keyId: string, day: string, checks: readonly Asked[]): Promise<void> {
  for (const [index, { atMs, subject, purpose, answer }] of checks.entries()) {
    const ms = Date.parse(`${day}T00:00:00+03:00`) + atMs;
    await hub.database.pool.query(
      `INSERT INTO checks (id, key_no, subject, purpose, answer, seq, at)
       SELECT $1, no, $2, $3::text::"char", $4::text::"char", 0, $5 FROM api_keys WHERE id = $6`,
      [
        `${ms.toString(16).padStart(12, '0')}${index.toString(16).padStart(20, '0')}`,
        subject.toString(16).padStart(32, '0'),
        purpose,
        answer,
        new Date(ms),
        keyId,
      ],
    );
  }
}

async function existsSince(hub: TestHub, operatorId: string, date: string): Promise<void> {
  await hub.database.pool.query('UPDATE operators SET created_at = $2 WHERE id = $1', [operatorId, date]);
}

test('checks are counted by Nairobi day, purpose and answer; counting again changes nothing', async () => {
  await using hub = await startTestHub();
  const { keyId, operatorId } = await hub.operatorKey();
  const other = await hub.operatorKey();
  const bet = { subject: 1, purpose: 'b', answer: 'C' };
  await asked(hub, keyId, '2026-03-01', [
    { ...bet, atMs: 0 },
    { ...bet, atMs: 86_399_999 },
    { ...bet, atMs: 5, answer: 'E' },
    { ...bet, atMs: 6, purpose: 'm' },
  ]);
  await asked(hub, keyId, '2026-03-02', [{ ...bet, atMs: 0 }]);
  await asked(hub, other.keyId, '2026-03-01', [{ ...bet, atMs: 1 }]);
  const count = () => countChecks(hub.platform.db, '2026-03-01');
  await Promise.all([count(), count()]);
  await countChecks(hub.platform.db, '2026-03-02');
  const { token } = await hub.account('operator', { operatorId });
  const period = { from: '2026-03-01', to: '2026-03-31' };
  const statistics = ok((await hub.http('operators.statistics', period, { token })).body);
  const unmeasured = { lookupP50Ms: null, lookupP99Ms: null };
  expect(statistics.days).toEqual([
    {
      day: '2026-03-01',
      refused: 0,
      ...unmeasured,
      checks: [
        { purpose: 'bet', answer: 'CLEAR', count: 2 },
        { purpose: 'bet', answer: 'EXCLUDED', count: 1 },
        { purpose: 'marketing', answer: 'CLEAR', count: 1 },
      ],
    },
    { day: '2026-03-02', refused: 0, ...unmeasured, checks: [{ purpose: 'bet', answer: 'CLEAR', count: 1 }] },
  ]);
  const foreign = { ...period, operatorId: other.operatorId };
  expect(refused((await hub.http('operators.statistics', foreign, { token })).body).code).toBe('NOT_FOUND');
});

test('what was looked up today is in the figures after the hourly count', async () => {
  await using hub = await startTestHub();
  const { apiKey, operatorId } = await hub.operatorKey();
  const identifiers = [{ type: 'nationalId', value: '23456789' }];
  ok((await hub.http('exclusions.lookup', { identifiers, purpose: 'deposit' }, { apiKey })).body);
  const { token } = await hub.admin();
  const counted = await probe(async () => {
    await countChecks(hub.platform.db);
    const { days } = ok((await hub.http('operators.statistics', { operatorId }, { token })).body);
    const checks = days.flatMap((day) => day.checks);
    return checks.length > 0 && checks;
  });
  expect(counted).toEqual([{ purpose: 'deposit', answer: 'CLEAR', count: 1 }]);
});

test('how fast an operator was answered is added up over its keys and nodes, the sandbox left out', async () => {
  await using one = await startTestHub();
  await using two = await startTestHub({ database: one.database });
  const { apiKey, operatorId } = await one.operatorKey();
  const other = await one.operatorKey();
  const { token } = await one.admin();
  const request = { operatorId, label: 'trying', scopes: ['exclusions:lookup'], environment: 'sandbox' };
  const sandbox = ok((await one.http('operators.issueKey', request, { token })).body);
  const ask = async (hub: TestHub, key: string) =>
    ok((await hub.http('exclusions.lookup', LOOKUP, { apiKey: key })).body);
  for (const hub of [one, two]) for (let n = 0; n < 5; n++) await ask(hub, apiKey);
  await ask(one, sandbox.apiKey);
  const counted = () =>
    one.database.pool.query<{ tenant_id: string; lookups: number }>(
      `SELECT tenant_id, (SELECT sum(n) FROM unnest(counts) AS n)::int AS lookups FROM operator_latency`,
    );
  await two.stop();
  await probe(async () => (await counted()).rows[0]?.lookups === 10);
  expect((await counted()).rows).toEqual([{ tenant_id: operatorId, lookups: 10 }]);
  const figures = ok((await one.http('operators.statistics', { operatorId }, { token })).body);
  expect(figures.lookupP50Ms).toBeGreaterThan(0);
  expect(figures.lookupP99Ms).toBeGreaterThanOrEqual(figures.lookupP50Ms ?? 0);
  expect(figures.days).toMatchObject([
    { lookupP50Ms: figures.lookupP50Ms, lookupP99Ms: figures.lookupP99Ms },
  ]);
  const theirs = await one.http('operators.statistics', { operatorId: other.operatorId }, { token });
  expect(ok(theirs.body)).toMatchObject({ lookupP50Ms: null, lookupP99Ms: null, days: [] });
});

test('the score is the weighted sum of its parts, each with its reason', async () => {
  await using hub = await startTestHub();
  const { keyId, operatorId } = await hub.operatorKey();
  const { token } = await hub.admin();
  await existsSince(hub, operatorId, '2026-01-01');
  const day = (date: string, checks: readonly Asked[]) => asked(hub, keyId, date, checks);
  const check = { subject: 1, purpose: 'b', answer: 'C', atMs: 1_000 };
  await day('2026-03-01', [check, { ...check, purpose: 'd', atMs: 1_001 }]);
  // Of two UNKNOWN answers one was followed by another question about the same person.
  await day('2026-03-02', [
    { ...check, subject: 7, answer: 'U' },
    { ...check, subject: 8, answer: 'U', atMs: 1_001 },
    { ...check, subject: 7, answer: 'E', atMs: 9_000 },
  ]);
  for (const date of ['2026-03-01', '2026-03-02']) await countChecks(hub.platform.db, date);
  ok(
    (await hub.http('operators.setLicence', { operatorId, licenceExpiresAt: '2099-01-01' }, { token })).body,
  );
  for (const [seq, seconds] of [2, 6].entries()) {
    await hub.database.pool.query(
      `INSERT INTO propagation_receipts
         (id, tenant_id, register_seq, handle, type, effective_at, committed_at, acknowledged_at, must_close)
       VALUES ($1, $2, $3, 'h', 'registered', $4::timestamptz, $4::timestamptz, $4::timestamptz + make_interval(secs => $5), $6)`,
      [`r${seq}`, operatorId, seq, new Date('2026-03-04T20:59:00Z'), seconds, seq === 0],
    );
  }
  const input = { operatorId, from: '2026-03-01', to: '2026-03-04' };
  const { score, parts } = ok((await hub.http('operators.compliance', input, { token })).body);
  const values = Object.fromEntries(parts.map(({ name, value }) => [name, value]));
  expect(values).toEqual({
    dailyChecks: 0.5,
    checkedPurposes: 1 - 1 / 3,
    unknownAnswers: 0.5,
    acknowledgedChanges: 0.5,
    closedAccounts: 0,
    licence: 1,
    signatures: 0,
  });
  expect(parts.reduce((sum, { weight }) => sum + weight, 0)).toBe(100);
  const expected = parts.reduce((sum, { value, weight }) => sum + (value ?? 0) * weight, 0);
  expect(score).toBeCloseTo(expected, 1);
  expect(parts.find(({ name }) => name === 'checkedPurposes')?.reason).toContain('registration');
});

/** A change of so many hours ago: acknowledged and reported closed after so many seconds, or never. */
async function changed(
  hub: TestHub,
  operatorId: string,
  { hoursAgo, acknowledged, reported }: { hoursAgo: number; acknowledged?: number; reported?: number },
): Promise<void> {
  await hub.database.pool.query(
    `INSERT INTO propagation_receipts (id, tenant_id, register_seq, handle, type, effective_at, committed_at,
       acknowledged_at, must_close, closed_at, reported_at)
     SELECT 'rcp_' || gen_random_uuid(), $1, 1, gen_random_uuid()::text, 'registered', at, at,
            at + make_interval(secs => $3), true,
            CASE WHEN $4::float8 IS NOT NULL THEN at END, at + make_interval(secs => $4)
     FROM (SELECT clock_timestamp() - make_interval(hours => $2) AS at) AS committed`,
    [operatorId, hoursAgo, acknowledged ?? null, reported ?? null],
  );
}

/** The operator was suspended so many hours ago, and reinstated so many hours ago: null, not yet. */
async function away(hub: TestHub, operatorId: string, from: number, to: number | null): Promise<void> {
  await hub.database.pool.query(
    `INSERT INTO operator_suspensions (tenant_id, suspended_at, reinstated_at)
     VALUES ($1, clock_timestamp() - make_interval(hours => $2), clock_timestamp() - make_interval(hours => $3))`,
    [operatorId, from, to],
  );
}

async function partsOf(hub: TestHub, operatorId: string) {
  const { parts } = ok((await hub.http('operators.compliance', { operatorId }, await hub.admin())).body);
  return Object.fromEntries(parts.map(({ name, value, reason }) => [name, { value, reason }]));
}

test('an account is closed in time when that was reported in time, whatever the report says', async () => {
  await using hub = await startTestHub();
  const { operatorId } = await hub.operatorKey();
  await changed(hub, operatorId, { hoursAgo: 50, acknowledged: 1, reported: 23 * 3600 });
  await changed(hub, operatorId, { hoursAgo: 50, acknowledged: 1, reported: 25 * 3600 });
  expect((await partsOf(hub, operatorId)).closedAccounts).toMatchObject({ value: 0.5 });
});

test('what an operator could not do while it was suspended is not late: its time begins when it is reinstated', async () => {
  await using hub = await startTestHub();
  const { operatorId } = await hub.operatorKey();
  // Committed while it was away: the one is acknowledged as soon as it is back, the other too late.
  await changed(hub, operatorId, { hoursAgo: 100, acknowledged: 20 * 3600 + 3, reported: 30 * 3600 });
  await changed(hub, operatorId, { hoursAgo: 100, acknowledged: 20 * 3600 + 60, reported: 45 * 3600 });
  await away(hub, operatorId, 101, 80);
  expect(await partsOf(hub, operatorId)).toMatchObject({
    acknowledgedChanges: { value: 0.5 },
    closedAccounts: { value: 0.5 },
  });
  // Told before it was suspended, and to be closed by when it was.
  const other = await hub.operatorKey();
  await changed(hub, other.operatorId, { hoursAgo: 60, acknowledged: 2 });
  await away(hub, other.operatorId, 40, 10);
  const { acknowledgedChanges, closedAccounts } = await partsOf(hub, other.operatorId);
  expect(acknowledgedChanges).toMatchObject({ value: 1 });
  expect(closedAccounts, 'until a day after it was reinstated').toMatchObject({ value: null });
});

test('suspended again within the time that began anew, it begins anew again', async () => {
  await using hub = await startTestHub();
  const { operatorId } = await hub.operatorKey();
  await changed(hub, operatorId, { hoursAgo: 100, acknowledged: 1, reported: 97 * 3600 });
  await away(hub, operatorId, 99, 75);
  await away(hub, operatorId, 60, 10);
  expect((await partsOf(hub, operatorId)).closedAccounts).toMatchObject({ value: 1 });
  // Between the two it had a whole day and more for this one, and after it none is left.
  const other = await hub.operatorKey();
  await changed(hub, other.operatorId, { hoursAgo: 100, acknowledged: 1, reported: 97 * 3600 });
  await away(hub, other.operatorId, 99, 90);
  await away(hub, other.operatorId, 60, 10);
  expect((await partsOf(hub, other.operatorId)).closedAccounts).toMatchObject({ value: 0 });
});

test('while it is suspended nothing of that time is judged, and no day of it asks for checks', async () => {
  await using hub = await startTestHub();
  const admin = await hub.admin();
  const { operatorId } = await hub.operatorKey();
  await existsSince(hub, operatorId, '2020-01-01');
  ok((await hub.http('operators.suspend', { operatorId, reason: 'A test' }, admin)).body);
  await hub.database.pool.query(
    `UPDATE operator_suspensions SET suspended_at = clock_timestamp() - interval '240 hours'`,
  );
  await changed(hub, operatorId, { hoursAgo: 100 });
  const during = await partsOf(hub, operatorId);
  expect(during.acknowledgedChanges).toMatchObject({ value: null });
  expect(during.closedAccounts).toMatchObject({ value: null });
  // Thirty, without today and the nine days before it; on the tenth it was suspended.
  expect(during.dailyChecks?.reason).toContain('0 of 20 days');
  ok((await hub.http('operators.reinstate', { operatorId }, admin)).body);
  const { rows } = await hub.database.pool.query(
    `SELECT tenant_id, reinstated_at > suspended_at AS is_over FROM operator_suspensions`,
  );
  expect(rows).toEqual([{ tenant_id: operatorId, is_over: true }]);
  expect((await partsOf(hub, operatorId)).closedAccounts, 'a day from now').toMatchObject({ value: null });
});

test('what cannot be judged counts neither way', async () => {
  await using hub = await startTestHub();
  const { token } = await hub.admin();
  const operator = { name: 'New', licenceNo: 'N-1', contactEmail: 'a@b.test' };
  const { id: operatorId } = ok((await hub.http('operators.create', operator, { token })).body);
  const before = { operatorId, from: '2020-01-01', to: '2020-01-31' };
  const { score, parts } = ok((await hub.http('operators.compliance', before, { token })).body);
  expect(parts.filter(({ value }) => value === null).map(({ name }) => name)).toEqual([
    'dailyChecks',
    'unknownAnswers',
    'acknowledgedChanges',
    'closedAccounts',
    'licence',
    'signatures',
  ]);
  expect(score).toBe(0);
  const code = async (input: object) =>
    refused((await hub.http('operators.compliance', { operatorId, ...input }, { token })).body);
  expect((await code({ from: '2026-02-02', to: '2026-02-01' })).details?.[0]?.path).toBe('from');
  expect((await code({ from: '2020-01-01', to: '2026-02-01' })).details?.[0]?.path).toBe('from');
  expect((await code({ from: '0000-01-01', to: '0000-01-02' })).details?.[0]?.path).toBe('to');
});

test('the audit of an operator has what its keys and staff did and what was done to it, page by page', async () => {
  await using hub = await startTestHub();
  const { token } = await hub.admin();
  const { operatorId, keyId, apiKey } = await hub.operatorKey(['operator:self']);
  const other = await hub.operatorKey();
  const staff = await hub.account('operator', { operatorId });
  for (let i = 0; i < 22; i++) {
    const change = { reportRecipients: [`r${i}@x.test`] };
    ok((await hub.http('operators.updateSettings', change, { apiKey })).body);
  }
  ok((await hub.http('operators.updateKey', { keyId, label: 'new' }, { token })).body);
  const as = { token: staff.token };
  const first = ok((await hub.http('operators.auditLog', {}, as)).body);
  expect(first.items[0]).toMatchObject({ action: 'key.updated', subject: keyId });
  expect(first.items).toHaveLength(20);
  const second = ok((await hub.http('operators.auditLog', { cursor: first.nextCursor }, as)).body);
  const all = [...first.items, ...second.items];
  expect(second.nextCursor).toBeUndefined();
  expect(all.filter(({ actor }) => actor === `key:${keyId}`)).toHaveLength(22);
  const actions = new Set(all.map(({ action }) => action));
  for (const action of ['operator.created', 'key.issued', 'account.created', 'session.opened']) {
    expect(actions, action).toContain(action);
  }
  expect(JSON.stringify(all)).not.toContain(other.keyId);
  const wrong = refused((await hub.http('operators.auditLog', { cursor: 'x' }, as)).body);
  expect(wrong.details?.[0]?.path).toBe('cursor');
  expect(refused((await hub.http('operators.auditLog', {}, { apiKey })).body).code).toBe('FORBIDDEN');
});
