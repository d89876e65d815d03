import { expect, test } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { ranMs } from '../support/promptly.ts';
import { goodbye, newDeviceId, signInOn } from './wire-support.ts';

test('a session shows where it is, when it was used, and which one it is', async () => {
  await using hub = await startTestHub();
  const bettor = await hub.bettor();
  const phone = await signInOn(hub, bettor, { id: newDeviceId(), name: 'Simu ya Juma' });
  const { items } = ok((await hub.http('identity.listSessions', {}, { token: phone.accessToken })).body);
  expect(items).toHaveLength(2);
  expect(items[0]).toMatchObject({
    device: { name: 'Simu ya Juma' },
    network: '127.0.0.0/24',
    method: 'password',
    current: true,
  });
  expect(items[1]).toMatchObject({ device: { name: null }, current: false });
  const { refreshToken } = phone;
  await hub.database.pool.query(`UPDATE sessions SET last_used_at = last_used_at - interval '1 hour'`);
  ok((await hub.http('identity.refresh', { refreshToken })).body);
  const later = ok((await hub.http('identity.listSessions', {}, { token: phone.accessToken })).body).items;
  const ageMs = (item: { lastUsedAt: string } | undefined) => Date.now() - Date.parse(item?.lastUsedAt ?? '');
  expect(ageMs(later[0])).toBeLessThan(60_000);
  expect(ageMs(later[1])).toBeGreaterThan(3_500_000);
});

test('more sessions than a page holds are listed page by page, each once', async () => {
  await using hub = await startTestHub();
  const bettor = await hub.bettor();
  await hub.database.pool.query(
    `INSERT INTO sessions (id, account_id, expires_at)
     SELECT 'ses_0' || lpad(n::text, 3, '0'), $1, clock_timestamp() + interval '1 day'
       FROM generate_series(1, 24) AS n`,
    [bettor.account.id],
  );
  const page = async (cursor?: string) =>
    ok((await hub.http('identity.listSessions', cursor ? { cursor } : {}, { token: bettor.token })).body);
  const first = await page();
  const second = await page(first.nextCursor);
  expect(first.items).toHaveLength(20);
  expect(second.nextCursor).toBeUndefined();
  expect(new Set([...first.items, ...second.items].map((item) => item.id)).size).toBe(25);
});

test('a session ended by its owner elsewhere is over on every node within a second', async () => {
  await using one = await startTestHub();
  await using two = await startTestHub({ database: one.database });
  const bettor = await one.bettor();
  const other = await one.signIn(bettor.email, bettor.password);
  const end = goodbye(await two.connect({ token: bettor.token }));
  const { items } = ok((await one.http('identity.listSessions', {}, { token: other.token })).body);
  const sessionId = items.find((item) => !item.current)?.id;
  const revoke = () => one.http('identity.revokeSession', { sessionId }, { token: other.token });
  const first = ok((await revoke()).body);
  const ackMs = ranMs();
  const { bye, atMs } = await end;
  expect(bye?.code).toBe('REVOKED');
  expect(atMs - ackMs).toBeLessThan(1_000);
  expect((await two.http('identity.me', {}, { token: bettor.token })).status).toBe(401);
  expect((await one.http('identity.refresh', { refreshToken: bettor.refreshToken })).status).toBe(401);
  expect(ok((await revoke()).body)).toEqual(first);
  expect((await two.http('identity.me', {}, { token: other.token })).status).toBe(200);
});

test('nobody ends the session of another, or learns that there is one', async () => {
  await using hub = await startTestHub();
  const mine = await hub.bettor();
  const theirs = await hub.bettor();
  const { items } = ok((await hub.http('identity.listSessions', {}, { token: theirs.token })).body);
  const attempt = async (sessionId: string | undefined) =>
    refused((await hub.http('identity.revokeSession', { sessionId }, { token: mine.token })).body);
  const foreign = await attempt(items[0]?.id);
  const none = await attempt('ses_none');
  expect([foreign.code, foreign.message]).toEqual([none.code, none.message]);
  expect(foreign.code).toBe('NOT_FOUND');
  expect((await hub.http('identity.me', {}, { token: theirs.token })).status).toBe(200);
});

test('all sessions but this one end together; an administrator ends all of an account', async () => {
  await using hub = await startTestHub();
  const bettor = await hub.bettor();
  const others = [
    await hub.signIn(bettor.email, bettor.password),
    await hub.signIn(bettor.email, bettor.password),
  ];
  const status = async (token: string) => (await hub.http('identity.me', {}, { token })).status;
  expect(ok((await hub.http('identity.revokeOtherSessions', {}, { token: bettor.token })).body)).toEqual({
    revoked: 2,
  });
  expect(await Promise.all([bettor, ...others].map(({ token }) => status(token)))).toEqual([200, 401, 401]);
  const { token } = await hub.admin();
  const accountId = bettor.account.id;
  const all = await hub.http('identity.revokeSessionsOf', { accountId }, { token });
  expect(ok(all.body)).toEqual({ revoked: 1 });
  expect(await status(bettor.token)).toBe(401);
  const none = await hub.http('identity.revokeSessionsOf', { accountId: 'acc_none' }, { token });
  expect(refused(none.body).code).toBe('NOT_FOUND');
});

test('a session that is being opened while all are ended does not slip through', async () => {
  await using hub = await startTestHub();
  const bettor = await hub.bettor();
  const { token } = await hub.admin();
  const accountId = bettor.account.id;
  const login = () =>
    hub
      .http('identity.login', { email: bettor.email, password: bettor.password })
      .then(({ body }) => ok(body));
  const [first, , second] = await Promise.all([
    login(),
    hub.http('identity.revokeSessionsOf', { accountId }, { token }),
    login(),
  ]);
  // Each was opened before, and is over, or after, and stands; the database knows which.
  const { rows } = await hub.database.pool.query<{ standing: number }>(
    'SELECT count(*)::int AS standing FROM sessions WHERE account_id = $1 AND revoked_at IS NULL',
    [accountId],
  );
  const statuses = await Promise.all(
    [first, second].map(
      async (session) => (await hub.http('identity.me', {}, { token: session.accessToken })).status,
    ),
  );
  expect(statuses.filter((status) => status === 200)).toHaveLength(rows[0]?.standing ?? -1);
});

test('sessions and devices are for accounts that are signed in; those of others for administrators', async () => {
  await using hub = await startTestHub();
  const key = await hub.operatorKey();
  const bettor = await hub.bettor();
  const calls: [string, unknown][] = [
    ['identity.listSessions', {}],
    ['identity.revokeSession', { sessionId: 'ses_1' }],
    ['identity.revokeOtherSessions', {}],
    ['identity.listDevices', {}],
    ['identity.trustDevice', { deviceId: 'dev_1' }],
    ['identity.forgetDevice', { deviceId: 'dev_1' }],
    ['identity.loginHistory', {}],
    ['identity.activity', {}],
  ];
  for (const [name, input] of calls) {
    expect(await codeOf(hub, name, input, {}), name).toBe('UNAUTHENTICATED');
    expect(await codeOf(hub, name, input, { apiKey: key.apiKey }), name).toBe('FORBIDDEN');
    expect(await codeOf(hub, name, { nonsense: 1 }, { token: bettor.token }), name).toBe('INVALID_INPUT');
  }
  const all = ['identity.revokeSessionsOf', { accountId: bettor.account.id }] as const;
  expect(await codeOf(hub, ...all, {})).toBe('UNAUTHENTICATED');
  expect(await codeOf(hub, ...all, { token: bettor.token })).toBe('FORBIDDEN');
});

async function codeOf(hub: TestHub, name: string, input: unknown, credentials: object): Promise<string> {
  return refused((await hub.http(name, input, credentials)).body as never).code;
}
