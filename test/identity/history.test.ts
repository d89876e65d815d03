import { expect, test } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { newDeviceId, signInOn } from './wire-support.ts';

async function historyOf(hub: TestHub, token: string, accountId?: string) {
  const input = accountId === undefined ? {} : { accountId };
  return ok((await hub.http('identity.loginHistory', input, { token })).body).items;
}

test('sign-ins and failed attempts stand in the history, with a cut-off address', async () => {
  await using hub = await startTestHub({ env: { TRUSTED_PROXIES: '127.0.0.1' } });
  const bettor = await hub.bettor();
  await signInOn(hub, bettor, { id: newDeviceId(), name: 'Simu' });
  const input = { email: bettor.email, password: 'not the password' };
  const headers = { 'x-forwarded-for': '198.51.100.23' };
  refused((await hub.http('identity.login', input, { headers })).body);
  const history = await probe(async () => {
    const items = await historyOf(hub, bettor.token);
    return items.length === 3 && items;
  });
  expect(history).toMatchObject([
    { outcome: 'failed', method: 'password', device: null, network: '198.51.100.0/24' },
    { outcome: 'succeeded', method: 'password', device: { name: 'Simu' }, network: '127.0.0.0/24' },
    { outcome: 'succeeded', device: { name: null } },
  ]);
  const { rows } = await hub.database.pool.query('SELECT * FROM sign_ins');
  expect(JSON.stringify(rows)).not.toContain('198.51.100.23');
});

test('an attempt that cannot be noted is answered all the same', async () => {
  await using hub = await startTestHub();
  const bettor = await hub.bettor();
  await hub.database.pool.query('ALTER TABLE sign_ins RENAME TO sign_ins_away');
  const input = { email: bettor.email, password: 'not the password' };
  expect(refused((await hub.http('identity.login', input)).body).code).toBe('UNAUTHENTICATED');
});

test('history older than it is kept goes with the next sign-in, and so do devices not seen since', async () => {
  await using hub = await startTestHub();
  const bettor = await hub.bettor();
  await signInOn(hub, bettor, { id: newDeviceId(), name: 'Simu' });
  await hub.database.pool.query(`UPDATE sign_ins SET at = at - interval '401 days'`);
  await hub.database.pool.query(`UPDATE devices SET last_seen_at = last_seen_at - interval '401 days'`);
  await hub.signIn(bettor.email, bettor.password);
  expect(await historyOf(hub, bettor.token)).toHaveLength(1);
  const { items } = ok((await hub.http('identity.listDevices', {}, { token: bettor.token })).body);
  expect(items).toHaveLength(1);
});

test('activity: what the account did, what others did to it, and who of staff read it', async () => {
  await using hub = await startTestHub();
  const person = newPerson();
  const bettor = await hub.bettor([person.byNationalId]);
  const admin = await hub.admin();
  const regulator = await hub.account('regulator');
  const accountId = bettor.account.id;
  ok((await hub.http('identity.getAccount', { accountId }, { token: regulator.token })).body);
  await historyOf(hub, admin.token, accountId);
  ok((await hub.http('identity.revokeOtherSessions', {}, { token: bettor.token })).body);
  const { items } = ok((await hub.http('identity.activity', {}, { token: bettor.token })).body);
  expect(items.map(({ action, by, staffId }) => ({ action, by, staffId }))).toEqual([
    { action: 'sessions.revoked', by: 'account', staffId: undefined },
    { action: 'account.read', by: 'staff', staffId: admin.account.id },
    { action: 'account.read', by: 'staff', staffId: regulator.account.id },
    { action: 'session.opened', by: 'account', staffId: undefined },
    { action: 'account.created', by: 'staff', staffId: admin.account.id },
  ]);
  const read = await hub.http('identity.activity', { accountId }, { token: regulator.token });
  expect(ok(read.body).items[0]).toMatchObject({ action: 'account.read', staffId: regulator.account.id });
  const text = JSON.stringify(items);
  for (const secret of [person.nationalId, bettor.email]) expect(text).not.toContain(secret);
});

test('who of staff read an exclusion is told to the person it is about, and to nobody else', async () => {
  await using hub = await startTestHub();
  const person = newPerson();
  const bettor = await hub.bettor([person.byNationalId, person.byPhone]);
  const housemate = await hub.bettor([newPerson().byNationalId, person.byPhone]);
  const { token, account: admin } = await hub.admin();
  const registration = { identifiers: person.identifiers, period: '1y', source: 'court' };
  const { id: exclusionId } = ok((await hub.http('exclusions.register', registration, { token })).body);
  ok((await hub.http('exclusions.get', { id: exclusionId }, { token })).body);
  const readsOf = async (reader: string) => {
    const { items } = ok((await hub.http('identity.activity', {}, { token: reader })).body);
    return items.filter(({ action }) => action === 'exclusion.read');
  };
  expect(await readsOf(bettor.token)).toMatchObject([
    { subject: exclusionId, by: 'staff', staffId: admin.id },
  ]);
  expect(await readsOf(housemate.token)).toEqual([]);
});

test('activity is paged: each line once, the newest first', async () => {
  await using hub = await startTestHub();
  const bettor = await hub.bettor();
  const admin = await hub.admin();
  for (let i = 0; i < 15; i++) {
    await historyOf(hub, admin.token, bettor.account.id);
    ok((await hub.http('identity.revokeOtherSessions', {}, { token: bettor.token })).body);
  }
  const page = async (cursor?: string) =>
    ok((await hub.http('identity.activity', cursor ? { cursor } : {}, { token: bettor.token })).body);
  const first = await page();
  const second = await page(first.nextCursor);
  expect([first.items.length, second.items.length]).toEqual([20, 12]);
  expect(second.nextCursor).toBeUndefined();
  const times = [...first.items, ...second.items].map(({ at }) => at);
  expect(times).toEqual([...times].sort().reverse());
});

test('the history of another is for whoever may read accounts', async () => {
  await using hub = await startTestHub();
  const bettor = await hub.bettor();
  const support = await hub.account('support');
  const accountId = bettor.account.id;
  const other = await hub.bettor();
  for (const name of ['identity.loginHistory', 'identity.activity'] as const) {
    const code = async (token: string, input: unknown) =>
      refused((await hub.http(name, input, { token })).body).code;
    expect(await code(other.token, { accountId })).toBe('FORBIDDEN');
    expect(await code(support.token, { accountId })).toBe('FORBIDDEN');
    expect(await code((await hub.admin()).token, { accountId: 'acc_none' })).toBe('NOT_FOUND');
  }
  const { token } = await hub.admin();
  const grant = { procedure: 'identity.getAccount', role: 'support' };
  ok((await hub.http('identity.grantPermission', grant, { token })).body);
  expect(await historyOf(hub, support.token, accountId)).toHaveLength(1);
});
