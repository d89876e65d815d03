import { expect, test } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { ranMs } from '../support/promptly.ts';
import { goodbye } from './wire-support.ts';

async function search(hub: TestHub, input: object) {
  const { token } = await hub.admin();
  return ok((await hub.http('identity.searchAccounts', input, { token })).body);
}

test('accounts are found by the beginning of an address, an identifier, a role, a level and a date', async () => {
  await using hub = await startTestHub();
  const person = newPerson();
  const bettor = await hub.bettor([person.byNationalId, person.byPhone]);
  const regulator = await hub.account('regulator');
  await hub.bettor();
  const ids = async (input: object) => (await search(hub, input)).items.map(({ id }) => id);
  const mine = [bettor.account.id];
  expect(await ids({ text: bettor.email.slice(0, 12).toUpperCase() })).toEqual(mine);
  expect(await ids({ identifier: { type: 'phone', value: person.phone.replace('+254', '0') } })).toEqual(
    mine,
  );
  expect(await ids({ identifier: person.byNationalId, role: 'bettor' })).toEqual(mine);
  expect(await ids({ identifier: person.byNationalId, role: 'citizen' })).toEqual([]);
  expect(await ids({ role: 'regulator' })).toEqual([regulator.account.id]);
  expect(await ids({ text: '%' })).toEqual([]);
  expect(await ids({ text: '_' })).toEqual([]);
  expect(await ids({ verified: 'phone' })).toEqual([]);
  await hub.database.pool.query(
    `UPDATE account_identifiers SET verified_at = clock_timestamp() WHERE account_id = $1 AND type = 'phone'`,
    mine,
  );
  expect(await ids({ verified: 'phone' })).toEqual(mine);
  await hub.database.pool.query(
    `UPDATE accounts SET created_at = '2020-03-01T10:00:00Z' WHERE id = $1`,
    mine,
  );
  // A date is its whole day in Nairobi, at either end; an instant has its own millisecond in it.
  for (const createdTo of ['2020-03-01', '2020-03-02', '2020-03-01T10:00:00Z', '2020-03-01T13:00:00+03:00']) {
    expect(await ids({ createdTo }), createdTo).toEqual(mine);
    expect(await ids({ createdFrom: '2020-03-01', createdTo }), createdTo).toEqual(mine);
  }
  for (const createdTo of ['2020-02-29', '2020-03-01T09:59:59.999Z']) {
    expect(await ids({ createdTo }), createdTo).toEqual([]);
  }
  expect(await ids({ createdFrom: '2020-03-02', createdTo: '2020-03-02' })).toEqual([]);
});

test('who signs in by phone alone has no e-mail address: none, not an empty one', async () => {
  await using hub = await startTestHub();
  const { email, token } = await hub.bettor();
  await hub.database.pool.query(
    `UPDATE accounts SET email = NULL, phone_key = '\\x00112233445566778899aabbccddeeff' WHERE email = $1`,
    [email],
  );
  const me = ok((await hub.http('identity.me', {}, { token })).body);
  expect(me.email).toBeNull();
  const { items } = await search(hub, { role: 'bettor' });
  expect(items).toMatchObject([{ id: me.id, email: null }]);
  const { token: admin } = await hub.admin();
  const read = await hub.http('identity.getAccount', { accountId: me.id }, { token: admin });
  expect(ok(read.body)).toMatchObject({ id: me.id, email: null });
});

test('a search is paged, each account once', async () => {
  await using hub = await startTestHub();
  await hub.admin();
  await hub.database.pool.query(
    `INSERT INTO accounts (id, email, role, password_hash)
     SELECT 'acc_0' || n, 'many' || n || '@kinga.test', 'citizen', 'none' FROM generate_series(1, 45) AS n`,
  );
  const found: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await search(hub, { text: 'many', ...(cursor ? { cursor } : {}) });
    found.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
    if (cursor === undefined) break;
  }
  expect([found.length, new Set(found).size]).toEqual([45, 45]);
});

test('every search and every read is in the audit, without what was searched for', async () => {
  await using hub = await startTestHub();
  const person = newPerson();
  const bettor = await hub.bettor([person.byNationalId]);
  const accountId = bettor.account.id;
  const { token, account: admin } = await hub.admin();
  await search(hub, { identifier: person.byNationalId, text: bettor.email.slice(0, 9) });
  const detail = ok((await hub.http('identity.getAccount', { accountId }, { token })).body);
  expect(detail).toMatchObject({
    id: accountId,
    identifierTypes: ['email', 'nationalId'],
    sessions: 1,
    suspendedAt: null,
    permissions: [],
  });
  expect(detail.lastSignInAt).not.toBeNull();
  const { rows } = await hub.database.pool.query(
    `SELECT actor, action, subject, details FROM audit_log
      WHERE action IN ('accounts.searched', 'account.found', 'account.read') ORDER BY id`,
  );
  const actor = `account:${admin.id}`;
  expect(rows).toEqual([
    {
      actor,
      action: 'accounts.searched',
      subject: 'accounts',
      details: { by: ['text', 'identifier'], found: 1 },
    },
    { actor, action: 'account.found', subject: accountId, details: {} },
    { actor, action: 'account.read', subject: accountId, details: {} },
  ]);
  expect(JSON.stringify(rows)).not.toContain(person.nationalId);
});

test('a malformed identifier is named, and its value is not repeated', async () => {
  await using hub = await startTestHub();
  const { token } = await hub.admin();
  const input = { identifier: { type: 'phone', value: '0712' } };
  const error = refused((await hub.http('identity.searchAccounts', input, { token })).body);
  const notPhone = { path: 'identifier.value', message: 'not a Kenyan phone number' };
  expect(error.details).toEqual([notPhone]);
  const both = await hub.http('identity.searchAccounts', { ...input, role: 'king' }, { token });
  expect(refused(both.body).details).toEqual([expect.objectContaining({ path: 'role' }), notPhone]);
});

test('a suspended account: its sockets close on every node within a second, and it is refused to sign in', async () => {
  await using one = await startTestHub();
  await using two = await startTestHub({ database: one.database });
  const bettor = await one.bettor();
  const accountId = bettor.account.id;
  const { token } = await one.admin();
  const end = goodbye(await two.connect({ token: bettor.token }));
  const suspend = () => one.http('identity.suspendAccount', { accountId, reason: 'Shared login' }, { token });
  const suspended = ok((await suspend()).body);
  const ackMs = ranMs();
  const { bye, atMs } = await end;
  expect(bye?.code).toBe('REVOKED');
  expect(atMs - ackMs).toBeLessThan(1_000);
  expect(ok((await suspend()).body)).toEqual(suspended);
  const login = async (password: string) =>
    (await two.http('identity.login', { email: bettor.email, password })).body;
  expect(refused(await login(bettor.password)).code).toBe('FORBIDDEN');
  // Whoever does not know the password learns nothing.
  expect(refused(await login('not the password')).code).toBe('UNAUTHENTICATED');
  const detail = await one.http('identity.getAccount', { accountId }, { token });
  expect(ok(detail.body)).toMatchObject({ suspensionReason: 'Shared login', sessions: 0 });
  expect((await search(one, { suspended: true })).items.map(({ id }) => id)).toEqual([accountId]);
  await probe(async () => {
    const history = await one.http('identity.loginHistory', { accountId }, { token });
    return ok(history.body).items.some(({ outcome }) => outcome === 'suspended');
  });
  const reinstated = await one.http('identity.reinstateAccount', { accountId }, { token });
  expect(ok(reinstated.body).suspendedAt).toBeNull();
  expect((await login(bettor.password)).ok).toBe(true);
});

test('an account suspended while somebody signs in to it has no session in the end', async () => {
  await using hub = await startTestHub();
  const bettor = await hub.bettor();
  const { token } = await hub.admin();
  const { email, password } = bettor;
  const input = { accountId: bettor.account.id, reason: 'Shared login' };
  await Promise.all([
    ...Array.from({ length: 6 }, () => hub.http('identity.login', { email, password })),
    hub.http('identity.suspendAccount', input, { token }),
    ...Array.from({ length: 6 }, () => hub.http('identity.login', { email, password })),
  ]);
  const { rows } = await hub.database.pool.query(
    'SELECT FROM sessions WHERE account_id = $1 AND revoked_at IS NULL',
    [bettor.account.id],
  );
  expect(rows).toHaveLength(0);
});

test('two administrators who suspend each other at once: one stays', async () => {
  await using hub = await startTestHub();
  const [one, two] = [await hub.account('admin'), await hub.account('admin')];
  const suspend = (by: typeof one, whom: typeof one) =>
    hub.http(
      'identity.suspendAccount',
      { accountId: whom.account.id, reason: 'Shared login' },
      { token: by.token },
    );
  const answers = await Promise.all([suspend(one, two), suspend(two, one)]);
  expect(answers.filter(({ body }) => body.ok)).toHaveLength(1);
  expect((await search(hub, { suspended: true })).items).toHaveLength(1);
});

test('what staff may, and whom', async () => {
  await using hub = await startTestHub();
  const admin = await hub.admin();
  const bettor = await hub.bettor();
  const regulator = await hub.account('regulator');
  const support = await hub.account('support');
  const accountId = bettor.account.id;
  const calls: [string, object][] = [
    ['identity.searchAccounts', {}],
    ['identity.getAccount', { accountId }],
    ['identity.suspendAccount', { accountId, reason: 'x' }],
    ['identity.reinstateAccount', { accountId }],
  ];
  const code = async (name: string, input: unknown, credentials: object) =>
    refused((await hub.http(name, input, credentials)).body as never).code;
  for (const [name, input] of calls) {
    expect(await code(name, input, {}), name).toBe('UNAUTHENTICATED');
    for (const { token } of [bettor, support])
      expect(await code(name, input, { token }), name).toBe('FORBIDDEN');
    expect(await code(name, { ...input, more: 1 }, { token: admin.token }), name).toBe('INVALID_INPUT');
  }
  for (const [name, input] of calls.slice(1)) {
    const missing = { ...input, accountId: 'acc_none' };
    expect(await code(name, missing, { token: admin.token }), name).toBe('NOT_FOUND');
  }
  expect((await hub.http('identity.getAccount', { accountId }, { token: regulator.token })).status).toBe(200);
  const own = { accountId: admin.account.id, reason: 'x' };
  expect(await code('identity.suspendAccount', own, { token: admin.token })).toBe('CONFLICT');
});
