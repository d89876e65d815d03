import { scoreCompliance, watchSilence } from '@kinga/server/domains/operators/index.ts';
import { expect, test } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { probe } from '../support/probe.ts';

const YESTERDAY = `((clock_timestamp() AT TIME ZONE 'Africa/Nairobi')::date - 1)`;
const PURPOSES = ['registration', 'login', 'deposit', 'bet', 'marketing'];

/** An operator that has been live for a year. */
async function liveOperator(hub: TestHub): Promise<{ operatorId: string; keyId: string; apiKey: string }> {
  const key = await hub.operatorKey();
  await hub.database.pool.query(
    `UPDATE operators SET created_at = clock_timestamp() - interval '1 year' WHERE id = $1`,
    [key.operatorId],
  );
  await hub.database.pool.query(
    `UPDATE api_keys SET created_at = clock_timestamp() - interval '1 year' WHERE id = $1`,
    [key.keyId],
  );
  return key;
}

/** It asked for every purpose on the last so many days up to yesterday. */
async function askedOn(hub: TestHub, operatorId: string, days: number): Promise<void> {
  await hub.database.pool.query(
    `INSERT INTO operator_statistics (tenant_id, day, purpose, answer, checks, repeated)
     SELECT $1, ${YESTERDAY} - n, purpose, 'CLEAR', 10, 0
     FROM generate_series(0, $2::int - 1) n, unnest($3::text[]) purpose
     ON CONFLICT DO NOTHING`,
    [operatorId, days, PURPOSES],
  );
}

/** As if the nights so far had been a night earlier. */
async function nextNight(hub: TestHub): Promise<void> {
  await hub.database.pool.query('UPDATE compliance_scores SET day = day - 400');
  await hub.database.pool.query('UPDATE compliance_scores SET day = day + 399');
}

async function alerts(hub: TestHub): Promise<string[]> {
  const { rows } = await hub.database.pool.query(
    `SELECT split_part(open_key, ':', 2) AS about, resolved_at IS NULL AS open
     FROM alerts WHERE kind = 'operators.compliance' ORDER BY id`,
  );
  return rows.map(({ about, open }) => `${about} ${open ? 'open' : 'resolved'}`);
}

async function messages(hub: TestHub): Promise<number> {
  const { rows } = await hub.database.pool.query(
    `SELECT count(*)::int AS count FROM messages WHERE template = 'complianceLow'`,
  );
  return rows[0].count;
}

test('each night writes each operator’s score of the day before once, and its history can be read', async () => {
  await using hub = await startTestHub();
  const { operatorId } = await liveOperator(hub);
  const other = await liveOperator(hub);
  await askedOn(hub, operatorId, 30);
  const score = () => scoreCompliance(hub.platform);
  const counts = await Promise.all([score(), score()]);
  expect(counts.reduce((sum, scored) => sum + scored)).toBe(2);
  expect(await score()).toBe(0);
  const { token } = await hub.account('operator', { operatorId });
  const { days } = ok((await hub.http('operators.complianceHistory', {}, { token })).body);
  expect(days).toHaveLength(1);
  expect(days[0]?.score).toBeGreaterThan(80);
  expect(days[0]?.parts.find(({ name }) => name === 'dailyChecks')).toEqual({
    name: 'dailyChecks',
    value: 1,
    weight: 25,
  });
  const foreign = { operatorId: other.operatorId };
  expect(refused((await hub.http('operators.complianceHistory', foreign, { token })).body).code).toBe(
    'NOT_FOUND',
  );
  expect(refused((await hub.http('operators.complianceHistory', {}, {})).body).code).toBe('UNAUTHENTICATED');
  const citizen = await hub.account('citizen');
  expect(refused((await hub.http('operators.complianceHistory', {}, citizen)).body).code).toBe('FORBIDDEN');
  const admin = await hub.admin();
  const wrong = { operatorId, from: '2026-02-02', to: '2026-02-01' };
  const error = refused((await hub.http('operators.complianceHistory', wrong, admin)).body);
  expect(error.details?.[0]?.path).toBe('from');
});

test('the list of operators has their newest score beside that of a week before', async () => {
  await using hub = await startTestHub();
  const { operatorId } = await liveOperator(hub);
  await askedOn(hub, operatorId, 30);
  const admin = await hub.admin();
  const listed = async () =>
    ok((await hub.http('operators.list', {}, admin)).body).items.find(({ id }) => id === operatorId);
  expect((await listed())?.compliance).toBeNull();
  await scoreCompliance(hub.platform);
  await hub.database.pool.query(
    `INSERT INTO compliance_scores (tenant_id, day, score, parts, low)
     VALUES ($1, ${YESTERDAY} - 7, 97.5, '[]', false), ($1, ${YESTERDAY} - 8, 3, '[]', false)`,
    [operatorId],
  );
  expect((await listed())?.compliance).toMatchObject({ weekBefore: 97.5 });
});

test('of a low score staff are alarmed and the operator is told once, until it is good again', async () => {
  await using hub = await startTestHub();
  const { operatorId } = await liveOperator(hub);
  await scoreCompliance(hub.platform);
  expect(await alerts(hub)).toEqual(['low open']);
  expect(await messages(hub)).toBe(1);
  await nextNight(hub);
  await scoreCompliance(hub.platform);
  expect(await messages(hub), 'once').toBe(1);
  await nextNight(hub);
  await askedOn(hub, operatorId, 30);
  await scoreCompliance(hub.platform);
  expect(await alerts(hub)).toEqual(['low resolved']);
});

test('a sharp fall alarms also while the score is not low', async () => {
  await using hub = await startTestHub();
  const { operatorId } = await liveOperator(hub);
  await askedOn(hub, operatorId, 30);
  await scoreCompliance(hub.platform);
  await nextNight(hub);
  await hub.database.pool.query(
    `DELETE FROM operator_statistics WHERE tenant_id = $1 AND day > ${YESTERDAY} - 10`,
    [operatorId],
  );
  await scoreCompliance(hub.platform);
  expect(await alerts(hub)).toEqual(['fell open']);
  expect(await messages(hub)).toBe(0);
});

test('an operator that is new, suspended or without a key alarms nobody, and one that is not written to is alarmed about', async () => {
  await using hub = await startTestHub();
  const admin = await hub.admin();
  const fresh = await hub.operatorKey();
  await hub.database.pool.query(
    `UPDATE operators SET created_at = clock_timestamp() - interval '1 year' WHERE id = $1`,
    [fresh.operatorId],
  );
  const suspended = await liveOperator(hub);
  const reason = { operatorId: suspended.operatorId, reason: 'A test' };
  ok((await hub.http('operators.suspend', reason, admin)).body);
  const keyless = await liveOperator(hub);
  ok((await hub.http('operators.revokeKey', { keyId: keyless.keyId }, admin)).body);
  expect(await scoreCompliance(hub.platform)).toBe(3);
  expect(await alerts(hub)).toEqual([]);
  const quiet = await liveOperator(hub);
  const settings = { operatorId: quiet.operatorId, notices: ['keys' as const] };
  ok((await hub.http('operators.updateSettings', settings, admin)).body);
  expect(await scoreCompliance(hub.platform)).toBe(1);
  expect(await alerts(hub)).toEqual(['low open']);
  expect(await messages(hub)).toBe(0);
});

test('an operator with a key that has asked about nobody for a day is alarmed about until it asks', async () => {
  await using hub = await startTestHub();
  const { operatorId, apiKey } = await liveOperator(hub);
  await hub.operatorKey();
  expect(await watchSilence(hub.platform.db), 'a new key has not been silent for a day').toEqual([
    operatorId,
  ]);
  expect(await alerts(hub)).toEqual(['silent open']);
  const asked = {
    identifiers: [{ type: 'nationalId' as const, value: '23456789' }],
    purpose: 'bet' as const,
  };
  ok((await hub.http('exclusions.lookup', asked, { apiKey })).body);
  await probe(async () => (await watchSilence(hub.platform.db)).length === 0);
  expect(await alerts(hub)).toEqual(['silent resolved']);
  await hub.database.pool.query(`UPDATE key_usage SET last_asked_at = last_asked_at - interval '25 hours'`);
  expect(await watchSilence(hub.platform.db)).toEqual([operatorId]);
});

test('an operator that is reinstated has a day to ask again before it is silent', async () => {
  await using hub = await startTestHub();
  const admin = await hub.admin();
  const { operatorId } = await liveOperator(hub);
  ok((await hub.http('operators.suspend', { operatorId, reason: 'A test' }, admin)).body);
  expect(await watchSilence(hub.platform.db)).toEqual([]);
  ok((await hub.http('operators.reinstate', { operatorId }, admin)).body);
  expect(await watchSilence(hub.platform.db)).toEqual([]);
  await hub.database.pool.query(
    `UPDATE operator_suspensions SET suspended_at = suspended_at - interval '25 hours',
       reinstated_at = reinstated_at - interval '25 hours'`,
  );
  expect(await watchSilence(hub.platform.db)).toEqual([operatorId]);
});

test('row-level security: a statement sees the scores and key notices of its own operator only', async () => {
  await using hub = await startTestHub();
  const { operatorId } = await liveOperator(hub);
  await liveOperator(hub);
  await hub.database.pool.query(
    `INSERT INTO key_notices (tenant_id, key_id, expires_at, days_before)
     SELECT tenant_id, id, clock_timestamp(), 1 FROM api_keys`,
  );
  await scoreCompliance(hub.platform);
  for (const table of ['compliance_scores', 'key_notices']) {
    const visibleTo = (tenant: string) =>
      hub.platform.db.transaction(async (tx) => {
        await tx.query(`SELECT set_config('kinga.tenant', $1, true)`, [tenant]);
        return (await tx.query<{ tenant_id: string }>(`SELECT tenant_id FROM ${table}`)).rows;
      });
    expect(await visibleTo(''), table).toEqual([]);
    expect(await visibleTo(operatorId), table).toEqual([{ tenant_id: operatorId }]);
  }
});
