import { expect, test } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub } from '../support/hub.ts';

test('an operator’s staff and keys set how it is reached, for their own operator only', async () => {
  await using hub = await startTestHub();
  const mine = await hub.operatorKey(['operator:self']);
  const other = await hub.operatorKey();
  const staff = await hub.account('operator', { operatorId: mine.operatorId });
  const as = { token: staff.token };
  const untouched = ok((await hub.http('operators.settings', {}, as)).body);
  expect(untouched).toMatchObject({ operatorId: mine.operatorId, locale: 'en', updatedAt: null });
  const incidentContact = { name: 'The desk', email: 'DESK@operator.test', phone: '0712 345 678' };
  ok((await hub.http('operators.updateSettings', { incidentContact, locale: 'sw' }, as)).body);
  ok(
    (await hub.http('operators.updateSettings', { reportRecipients: ['a@b.test'] }, { apiKey: mine.apiKey }))
      .body,
  );
  const after = ok((await hub.http('operators.settings', {}, { apiKey: mine.apiKey })).body);
  expect(after).toMatchObject({
    incidentContact: { ...incidentContact, email: 'desk@operator.test' },
    locale: 'sw',
    reportRecipients: ['a@b.test'],
  });
  const foreign = { operatorId: other.operatorId };
  for (const name of ['operators.settings', 'operators.updateSettings']) {
    expect(refused((await hub.http(name, foreign, as)).body as never).code).toBe('NOT_FOUND');
    expect(refused((await hub.http(name, foreign, { apiKey: other.apiKey })).body as never).code).toBe(
      'FORBIDDEN',
    );
  }
  const { token } = await hub.admin();
  expect(refused((await hub.http('operators.settings', {}, { token })).body)).toMatchObject({
    code: 'INVALID_INPUT',
    details: [{ path: 'operatorId' }],
  });
  expect(ok((await hub.http('operators.settings', foreign, { token })).body).locale).toBe('en');
  const { rows } = await hub.database.pool.query(
    `SELECT details FROM audit_log WHERE action = 'operator.settings-updated' ORDER BY id`,
  );
  expect(rows.map(({ details }) => details.fields)).toEqual([
    ['incidentContact', 'locale'],
    ['reportRecipients'],
  ]);
});

test('settings that are changed at once are all changed; malformed ones are named', async () => {
  await using hub = await startTestHub();
  const { operatorId } = await hub.operatorKey();
  const { token } = await hub.account('operator', { operatorId });
  await Promise.all(
    [{ locale: 'sw' }, { notices: ['keys'] }, { reportRecipients: ['x@y.test'] }].map(async (change) =>
      ok((await hub.http('operators.updateSettings', change, { token })).body),
    ),
  );
  expect(ok((await hub.http('operators.settings', {}, { token })).body)).toMatchObject({
    locale: 'sw',
    notices: ['keys'],
    reportRecipients: ['x@y.test'],
  });
  const bad = { locale: 'fr', notices: ['all'], reportRecipients: ['x'], webhook: 'http://x' };
  const error = refused((await hub.http('operators.updateSettings', bad, { token })).body);
  expect(error.details?.map(({ path }) => path).sort()).toEqual([
    'locale',
    'notices[0]',
    'reportRecipients[0]',
    'webhook',
  ]);
});

test('row-level security: a statement sees the settings, figures and use of its own operator only', async () => {
  await using hub = await startTestHub();
  const { operatorId } = await hub.operatorKey();
  for (const id of [operatorId, (await hub.operatorKey()).operatorId]) {
    await hub.database.pool.query(`INSERT INTO operator_settings (tenant_id, settings) VALUES ($1, '{}')`, [
      id,
    ]);
    await hub.database.pool.query(
      `INSERT INTO key_usage (tenant_id, key_id, day, calls, refused) VALUES ($1, $1, '2026-01-01', 1, 0)`,
      [id],
    );
    await hub.database.pool.query(
      `INSERT INTO operator_statistics (tenant_id, day, purpose, answer, checks, repeated)
       VALUES ($1, '2026-01-01', 'bet', 'CLEAR', 1, 0)`,
      [id],
    );
    await hub.database.pool.query('INSERT INTO operator_suspensions (tenant_id) VALUES ($1)', [id]);
  }
  for (const table of ['operator_settings', 'key_usage', 'operator_statistics', 'operator_suspensions']) {
    const visibleTo = (tenant: string) =>
      hub.platform.db.transaction(async (tx) => {
        await tx.query(`SELECT set_config('kinga.tenant', $1, true)`, [tenant]);
        return (await tx.query<{ tenant_id: string }>(`SELECT tenant_id FROM ${table}`)).rows;
      });
    expect(await visibleTo(''), table).toEqual([]);
    expect(await visibleTo(operatorId), table).toEqual([{ tenant_id: operatorId }]);
  }
});
