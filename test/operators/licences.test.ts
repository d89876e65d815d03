import { checkLicences } from '@kinga/server/domains/operators/index.ts';
import { expect, test } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';

const LOOKUP = { identifiers: [{ type: 'nationalId', value: '23456789' }], purpose: 'bet' };

/** The licence ends so many days from now, by the database's clock. */
async function endsIn(hub: TestHub, operatorId: string, days: number): Promise<void> {
  await hub.database.pool.query(
    `UPDATE operators SET licence_expires_at = clock_timestamp() + $2 * interval '1 day' WHERE id = $1`,
    [operatorId, days],
  );
}

async function told(hub: TestHub): Promise<{ alerts: string[]; messages: string[] }> {
  const alerts = await hub.database.pool.query(
    `SELECT severity, count FROM alerts WHERE kind = 'operators.licence' ORDER BY id`,
  );
  const messages = await hub.database.pool.query(
    `SELECT template FROM messages WHERE template LIKE 'licence%' ORDER BY id`,
  );
  return {
    alerts: alerts.rows.map(({ severity, count }) => `${severity} ${count}`),
    messages: messages.rows.map(({ template }) => template),
  };
}

test('somebody is told 30, 7 and 1 days before a licence ends and when it has ended, each once', async () => {
  await using hub = await startTestHub();
  const { operatorId } = await hub.operatorKey();
  const check = () => checkLicences(hub.platform);
  expect(await check(), 'nobody has said until when').toBe(0);
  await endsIn(hub, operatorId, 31);
  expect(await check()).toBe(0);
  await endsIn(hub, operatorId, 29.5);
  // Two workers at once tell it once.
  expect((await Promise.all([check(), check()])).reduce((sum, told) => sum + told)).toBe(1);
  expect(await check()).toBe(0);
  expect(await told(hub)).toEqual({ alerts: ['warning 1'], messages: ['licenceEnding'] });
  const { rows } = await hub.database.pool.query('SELECT licence_expires_at FROM operators');
  // The same end, seen from later: the notices speak of it, not of the day they are looked at.
  for (const days of [6.5, 0.5, -0.5]) {
    await endsIn(hub, operatorId, days);
    await hub.database.pool.query(
      'UPDATE licence_notices SET licence_expires_at = (SELECT licence_expires_at FROM operators)',
    );
    expect(await check(), `${days} days`).toBe(1);
    expect(await check()).toBe(0);
  }
  expect(rows).toHaveLength(1);
  expect(await told(hub)).toEqual({
    alerts: ['warning 3', 'critical 1'],
    messages: ['licenceEnding', 'licenceEnding', 'licenceEnding', 'licenceEnded'],
  });
});

test('a run that comes late tells what is due now, and a renewed licence begins anew', async () => {
  await using hub = await startTestHub();
  const { operatorId } = await hub.operatorKey();
  await endsIn(hub, operatorId, 0.2);
  expect(await checkLicences(hub.platform)).toBe(1);
  const { rows } = await hub.database.pool.query('SELECT days_before FROM licence_notices');
  expect(rows).toEqual([{ days_before: 1 }]);
  const { token } = await hub.admin();
  const renewal = { operatorId, licenceExpiresAt: '2099-12-31' };
  const renewed = ok((await hub.http('operators.setLicence', renewal, { token })).body);
  expect(renewed.licenceExpiresAt).toBe('2099-12-30T21:00:00.000Z');
  expect(await checkLicences(hub.platform)).toBe(0);
});

test('a renewal is the end of what was told of the end before, and the next one is told anew', async () => {
  await using hub = await startTestHub();
  const { operatorId } = await hub.operatorKey();
  const { token } = await hub.admin();
  const renew = async (licenceExpiresAt: string) =>
    ok((await hub.http('operators.setLicence', { operatorId, licenceExpiresAt }, { token })).body);
  const openNow = async () =>
    ok(
      (await hub.http('alerts.list', { kind: 'operators.licence', state: 'open' }, { token })).body,
    ).items.map(({ severity, count }) => `${severity} ${count}`);
  await endsIn(hub, operatorId, 5);
  expect(await checkLicences(hub.platform)).toBe(1);
  await endsIn(hub, operatorId, -1);
  expect(await checkLicences(hub.platform)).toBe(1);
  expect(await openNow()).toEqual(['critical 1', 'warning 1']);
  const soon = new Date(Date.now() + 10 * 86_400_000).toISOString();
  await renew(soon);
  expect(await openNow(), 'it has not ended, and still ends soon').toEqual(['warning 1']);
  await renew('2099-12-31');
  expect(await openNow()).toEqual([]);
  await endsIn(hub, operatorId, -1);
  expect(await checkLicences(hub.platform)).toBe(1);
  expect(await openNow()).toEqual(['critical 1']);
  await renew('2020-01-01');
  expect(await openNow(), 'no renewal').toEqual(['critical 1']);
});

test('an expired licence raises an alert, and people are protected as before', async () => {
  await using hub = await startTestHub();
  const { operatorId, apiKey } = await hub.operatorKey();
  await endsIn(hub, operatorId, -40);
  expect(await checkLicences(hub.platform)).toBe(1);
  expect((await told(hub)).alerts).toEqual(['critical 1']);
  expect((await hub.http('exclusions.lookup', LOOKUP, { apiKey })).status).toBe(200);
});

test('an operator that does not want to be written to is not, and whoever watches over it is told', async () => {
  await using hub = await startTestHub();
  const { operatorId } = await hub.operatorKey();
  const staff = await hub.account('operator', { operatorId });
  ok((await hub.http('operators.updateSettings', { notices: ['keys'] }, { token: staff.token })).body);
  await endsIn(hub, operatorId, 5);
  expect(await checkLicences(hub.platform)).toBe(1);
  expect(await told(hub)).toEqual({ alerts: ['warning 1'], messages: [] });
});

test('a licence number is one operator’s, and only supervisors set licences', async () => {
  await using hub = await startTestHub();
  const { token } = await hub.admin();
  const [one, two] = [await hub.operatorKey(), await hub.operatorKey()];
  const set = async (operatorId: string, licenceNo: string, as = token) =>
    (
      await hub.http(
        'operators.setLicence',
        { operatorId, licenceNo, licenceExpiresAt: '2030-01-01' },
        { token: as },
      )
    ).body;
  ok(await set(one.operatorId, 'BCLB-A'));
  expect(refused(await set(two.operatorId, 'bclb-a')).details?.[0]?.path).toBe('licenceNo');
  const staff = await hub.account('operator', { operatorId: one.operatorId });
  expect(refused(await set(one.operatorId, 'X', staff.token)).code).toBe('FORBIDDEN');
  expect(refused(await set('op_none', 'X')).code).toBe('NOT_FOUND');
  const never = { operatorId: one.operatorId, licenceExpiresAt: '9999-12-31T23:59:59-12:00' };
  const error = refused((await hub.http('operators.setLicence', never, { token })).body);
  expect(error.details?.[0]?.path).toBe('licenceExpiresAt');
});
