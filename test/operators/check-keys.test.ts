import { checkKeys } from '@kinga/server/domains/operators/index.ts';
import { expect, test } from 'vitest';
import { ok } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';

/** The key ends so many days from now, by the database's clock. */
async function endsIn(hub: TestHub, keyId: string, days: number): Promise<void> {
  await hub.database.pool.query(
    `UPDATE api_keys SET expires_at = clock_timestamp() + $2 * interval '1 day' WHERE id = $1`,
    [keyId, days],
  );
}

async function messages(hub: TestHub): Promise<number> {
  const { rows } = await hub.database.pool.query(
    `SELECT count(*)::int AS count FROM messages WHERE template = 'keyEnding'`,
  );
  return rows[0].count;
}

async function alerts(hub: TestHub): Promise<string[]> {
  const { rows } = await hub.database.pool.query(
    `SELECT operator_id, resolved_at FROM alerts WHERE kind = 'operators.key' ORDER BY id`,
  );
  return rows.map((row) => `${row.operator_id} ${row.resolved_at === null ? 'open' : 'resolved'}`);
}

/** To whom the newest message of this kind goes, and what it says. */
async function newest(hub: TestHub): Promise<{ to: string; data: Record<string, string>; locale: string }> {
  const { rows } = await hub.database.pool.query(
    `SELECT content FROM messages WHERE template = 'keyEnding' ORDER BY id DESC LIMIT 1`,
  );
  return JSON.parse(hub.platform.crypto.open(rows[0].content));
}

test('an operator is told 30, 7 and 1 days before a production key ends, each once', async () => {
  await using hub = await startTestHub();
  const { keyId } = await hub.operatorKey();
  const check = () => checkKeys(hub.platform);
  expect(await check(), 'it never ends').toBe(0);
  await endsIn(hub, keyId, 31);
  expect(await check()).toBe(0);
  await endsIn(hub, keyId, 29.5);
  // Two workers at once tell it once.
  expect((await Promise.all([check(), check()])).reduce((sum, told) => sum + told)).toBe(1);
  for (const days of [6.5, 0.5]) {
    await endsIn(hub, keyId, days);
    await hub.database.pool.query(
      'UPDATE key_notices SET expires_at = (SELECT expires_at FROM api_keys WHERE id = $1)',
      [keyId],
    );
    expect(await check(), `${days} days`).toBe(1);
    expect(await check()).toBe(0);
  }
  expect(await messages(hub)).toBe(3);
  const { rows } = await hub.database.pool.query('SELECT days_before FROM key_notices ORDER BY 1 DESC');
  expect(rows.map((row) => row.days_before)).toEqual([30, 7, 1]);
});

test('the message goes to the incident contact in the operator’s language, and to nobody when it is not wanted', async () => {
  await using hub = await startTestHub();
  const { operatorId, keyId } = await hub.operatorKey();
  const { token } = await hub.account('operator', { operatorId });
  const set = async (settings: object) =>
    ok((await hub.http('operators.updateSettings', settings, { token })).body);
  await set({ incidentContact: { name: 'On call', email: 'oncall@example.co.ke' }, locale: 'sw' });
  await endsIn(hub, keyId, 20);
  expect(await checkKeys(hub.platform)).toBe(1);
  const message = await newest(hub);
  expect(message).toMatchObject({ to: 'oncall@example.co.ke', locale: 'sw' });
  expect(message.data.keyId).toBe(keyId);
  await set({ notices: ['licence'] });
  await endsIn(hub, keyId, 5);
  expect(await checkKeys(hub.platform)).toBe(1);
  expect(await messages(hub)).toBe(1);
});

test('nobody is told of keys that were replaced, revoked, or are for the sandbox, nor of a suspended operator’s', async () => {
  await using hub = await startTestHub();
  const admin = await hub.admin();
  const [rotated, revoked, sandbox, suspended] = [
    await hub.operatorKey(),
    await hub.operatorKey(),
    await hub.operatorKey(),
    await hub.operatorKey(),
  ];
  const call = async (procedure: Parameters<TestHub['http']>[0], input: object) =>
    ok((await hub.http(procedure, input as never, admin)).body);
  await call('operators.rotateKey', { keyId: rotated.keyId, overlapHours: 24 });
  await call('operators.suspend', { operatorId: suspended.operatorId, reason: 'A test' });
  for (const { keyId } of [revoked, sandbox, suspended]) await endsIn(hub, keyId, 3);
  await call('operators.revokeKey', { keyId: revoked.keyId });
  await hub.database.pool.query(`UPDATE api_keys SET environment = 'sandbox' WHERE id = $1`, [sandbox.keyId]);
  expect(await checkKeys(hub.platform)).toBe(0);
  expect(await messages(hub)).toBe(0);
  expect(await alerts(hub)).toEqual([]);
});

test('staff are alarmed when the last key an operator can ask with ends within a week, until there is another', async () => {
  await using hub = await startTestHub();
  const admin = await hub.admin();
  const { operatorId, keyId } = await hub.operatorKey();
  const check = () => checkKeys(hub.platform);
  await endsIn(hub, keyId, 8);
  await check();
  expect(await alerts(hub)).toEqual([]);
  await endsIn(hub, keyId, 6);
  await check();
  await check();
  expect(await alerts(hub)).toEqual([`${operatorId} open`]);
  const issue = async (scopes: string[]) =>
    ok((await hub.http('operators.issueKey', { operatorId, label: 'next', scopes } as never, admin)).body);
  await issue(['operator:self']);
  await check();
  expect(await alerts(hub), 'a key that can not ask does not replace it').toEqual([`${operatorId} open`]);
  await issue(['exclusions:lookup']);
  await check();
  expect(await alerts(hub)).toEqual([`${operatorId} resolved`]);
});
