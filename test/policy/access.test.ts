import { SCOPES } from '@kinga/shared/contract/procedure.ts';
import { expect, test } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub } from '../support/hub.ts';
import { valuesSet, valuesWith } from './support.ts';

const LATER = '2099-01-01T00:00:00.000Z';

test('the law is readable for everybody who is known, and made by the authority only', async () => {
  await using hub = await startTestHub();
  const admin = await hub.admin();
  const regulator = await hub.account('regulator');
  const others = [await hub.bettor(), await hub.account('citizen'), await hub.account('support')];
  const publish = { startsAt: LATER, values: valuesWith(), note: 'Later' };
  const replay = { version: 1, from: '2026-01-01', to: '2026-02-01' };
  const commands = { 'policy.publish': publish, 'policy.withdraw': { version: 1 }, 'policy.replay': replay };
  for (const { token } of others) {
    expect(ok((await hub.http('policy.current', {}, { token })).body).version).toBe(1);
    for (const [name, input] of Object.entries(commands)) {
      expect(refused((await hub.http(name, input, { token })).body).code, name).toBe('FORBIDDEN');
    }
  }
  for (const scope of SCOPES) {
    const { apiKey } = await hub.operatorKey([scope]);
    expect(ok((await hub.http('policy.get', { version: 1 }, { apiKey })).body).version).toBe(1);
    expect(refused((await hub.http('policy.publish', publish, { apiKey })).body).code).toBe('FORBIDDEN');
  }
  for (const name of ['policy.current', 'policy.list', ...Object.keys(commands)]) {
    expect(refused((await hub.http(name, {})).body).code, name).toBe('UNAUTHENTICATED');
  }
  const anonymous = await hub.connect();
  expect(refused(await hub.call(anonymous, 'watch', { topic: 'policy/versions' })).code).toBe(
    'UNAUTHENTICATED',
  );
  const { version } = ok((await hub.http('policy.publish', publish, { token: regulator.token })).body);
  ok((await hub.http('policy.withdraw', { version }, { token: admin.token })).body);
});

test('what is milder than the law, or no whole document, is refused by the name of its field', async () => {
  await using hub = await startTestHub();
  const { token } = await hub.admin();
  const wrong: readonly [path: string, value: unknown, told?: string][] = [
    ['periods.24h.length.hours', 23],
    ['periods.30d.minimum.hours', 24],
    ['periods.30d.length.hours', 800, 'periods.30d.minimum'],
    ['periods.6mo.length.months', 5],
    ['periods.1y.minimum.months', 11],
    ['periods.permanent.minimum.months', 35],
    ['periods.permanent.staysUntilReturn', false],
    ['periods.permanent.length', { months: 60 }],
    ['reversal.beforeExpiry', true],
    ['marketing.toExcluded', true],
    ['minimumAge.years', 17],
    ['minimumStake.amountMinor', '1999'],
    ['minimumStake.amountMinor', '-1'],
    ['purposes.bet.reuseSeconds', 301],
    ['purposes.bet.outage', { rule: 'failOpen' }, 'purposes.bet.outage.rule'],
    ['staleness.maxMs', 1_001],
    ['retention.cites', '  '],
    ['screening', undefined],
  ];
  for (const [path, value, told] of wrong) {
    const input = { startsAt: LATER, values: valuesSet(path, value), note: 'Milder' };
    const error = refused((await hub.http('policy.publish', input, { token })).body);
    expect(error.code, path).toBe('INVALID_INPUT');
    expect(error.details?.map((detail) => detail.path)).toEqual([`values.${told ?? path}`]);
  }
  const unknown = { startsAt: LATER, values: { ...valuesWith(), grace: 1 }, note: 'More' };
  expect(refused((await hub.http('policy.publish', unknown, { token })).body).code).toBe('INVALID_INPUT');
  const unstorable = { startsAt: LATER, values: valuesSet('minimumAge.cites', 'a\u0000b'), note: 'NUL' };
  expect(refused((await hub.http('policy.publish', unstorable, { token })).body).code).toBe('INVALID_INPUT');
  const { rows } = await hub.database.pool.query('SELECT count(*)::int AS n FROM policy_versions');
  expect(rows).toEqual([{ n: 1 }]);
});

test('what was law cannot be rewritten by the hub’s own role', async () => {
  await using hub = await startTestHub();
  for (const table of ['policy_versions', 'policy_withdrawals']) {
    await expect(hub.database.db.query(`DELETE FROM ${table}`)).rejects.toThrow(/permission denied/);
    await expect(hub.database.db.query(`UPDATE ${table} SET version = 5`)).rejects.toThrow(
      /permission denied/,
    );
  }
});
