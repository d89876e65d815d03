import type { FeedReset } from '@kinga/shared/contract/wire.ts';
import { expect, test } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { probe } from '../support/probe.ts';
import { promptly, ranMs } from '../support/promptly.ts';

type Holder = { role: 'support' } | { accountId: string };

async function change(hub: TestHub, what: 'grant' | 'revoke', procedure: string, to: Holder) {
  const { token } = await hub.admin();
  const name = `identity.${what}Permission` as const;
  return (await hub.http(name, { procedure, ...to }, { token })).body;
}

async function status(hub: TestHub, name: string, token: string): Promise<number> {
  return (await hub.http(name, {}, { token })).status;
}

test('support may do nothing of staff until it is granted, then on every node within a second', async () => {
  await using one = await startTestHub();
  await using two = await startTestHub({ database: one.database });
  const { token } = await one.account('support');
  const everywhere = (name: string) => Promise.all([one, two].map((hub) => status(hub, name, token)));
  expect(await everywhere('operators.list')).toEqual([403, 403]);
  const granted = ok(await change(one, 'grant', 'operators.list', { role: 'support' }));
  expect(granted).toMatchObject({ name: 'operators.list', granted: { roles: ['support'], accountIds: [] } });
  expect(await status(one, 'operators.list', token)).toBe(200);
  await promptly(async () => (await status(two, 'operators.list', token)) === 200, { ms: 1_000 });
  expect(await everywhere('alerts.list')).toEqual([403, 403]);
  ok(await change(two, 'revoke', 'operators.list', { role: 'support' }));
  expect(await status(two, 'operators.list', token)).toBe(403);
  await promptly(async () => (await status(one, 'operators.list', token)) === 403, { ms: 1_000 });
});

test('a grant to one account is that account’s alone, and survives a restart', async () => {
  await using one = await startTestHub();
  const lucky = await one.account('regulator');
  const other = await one.account('regulator');
  const accountId = lucky.account.id;
  const search = (hub: TestHub, token: string) => status(hub, 'identity.searchAccounts', token);
  ok(await change(one, 'grant', 'identity.searchAccounts', { accountId }));
  expect(await search(one, lucky.token)).toBe(200);
  expect(await search(one, other.token)).toBe(403);
  await using two = await startTestHub({ database: one.database });
  expect(await search(two, lucky.token)).toBe(200);
  ok(await change(one, 'revoke', 'identity.searchAccounts', { accountId }));
  expect(await search(one, lucky.token)).toBe(403);
});

test('nothing public, of one’s own, or that leads to more may be granted, and to staff only', async () => {
  await using hub = await startTestHub();
  const bettor = await hub.bettor();
  const admin = await hub.admin();
  const support: Holder = { role: 'support' };
  for (const procedure of [
    'identity.login',
    'identity.me',
    'identity.createAccount',
    'identity.grantPermission',
    'identity.revokePermission',
    'operators.issueKey',
    'operators.rotateKey',
    'operators.updateKey',
    'operators.setWebhook',
    'operators.rotateWebhookSecret',
    'markets.placeBet',
    'exclusions.lookup',
    'wallet/<accountId>',
    'markets/<id>',
    'no.such',
  ]) {
    const { code, details } = refused(await change(hub, 'grant', procedure, support));
    expect([code, details?.[0]?.path], procedure).toEqual(['INVALID_INPUT', 'procedure']);
  }
  const code = async (to: object) => refused(await change(hub, 'grant', 'alerts.list', to as Holder)).code;
  expect(await code({ accountId: bettor.account.id })).toBe('CONFLICT');
  expect(await code({ accountId: admin.account.id })).toBe('FORBIDDEN');
  expect(await code({ accountId: 'acc_none' })).toBe('NOT_FOUND');
  expect(await code({})).toBe('INVALID_INPUT');
  expect(await code({ role: 'support', accountId: 'acc_none' })).toBe('INVALID_INPUT');
  expect(await code({ role: 'bettor' })).toBe('INVALID_INPUT');
});

test('whoever was granted to shut people out shuts out none of staff, nor lets them in again', async () => {
  await using hub = await startTestHub();
  const [support, regulator, bettor] = [
    await hub.account('support'),
    await hub.account('regulator'),
    await hub.bettor(),
  ];
  const admin = await hub.admin();
  const ofStaff = {
    'identity.suspendAccount': { reason: 'Shared login' },
    'identity.reinstateAccount': {},
    'identity.revokeSessionsOf': {},
  };
  for (const [name, more] of Object.entries(ofStaff)) {
    ok(await change(hub, 'grant', name, { role: 'support' }));
    const to = async ({ account }: { account: { id: string } }) =>
      (await hub.http(name, { accountId: account.id, ...more }, { token: support.token })).status;
    expect(await to(bettor), name).toBe(200);
    for (const one of [regulator, admin]) expect(await to(one), name).toBe(403);
  }
  expect(await status(hub, 'identity.me', admin.token)).toBe(200);
  const { token } = admin;
  const suspension = { accountId: regulator.account.id, reason: 'Left' };
  expect((await hub.http('identity.suspendAccount', suspension, { token })).status).toBe(200);
});

test('only administrators grant, whoever else may look at the table', async () => {
  await using hub = await startTestHub();
  const [bettor, regulator, support] = [
    await hub.bettor(),
    await hub.account('regulator'),
    await hub.account('support'),
  ];
  const input = { procedure: 'alerts.list', role: 'support' };
  for (const name of ['identity.grantPermission', 'identity.revokePermission'] as const) {
    const code = async (credentials: object) => refused((await hub.http(name, input, credentials)).body).code;
    expect(await code({})).toBe('UNAUTHENTICATED');
    for (const { token } of [bettor, regulator, support]) expect(await code({ token })).toBe('FORBIDDEN');
  }
  expect(await status(hub, 'identity.permissions', regulator.token)).toBe(200);
  expect(await status(hub, 'identity.permissions', support.token)).toBe(403);
  expect(await status(hub, 'identity.permissions', bettor.token)).toBe(403);
});

test('the table says of everything who may by default and to whom it is granted', async () => {
  await using hub = await startTestHub();
  const { token } = await hub.admin();
  ok(await change(hub, 'grant', 'monitoring/live', { role: 'support' }));
  const { items } = ok((await hub.http('identity.permissions', {}, { token })).body);
  const line = (name: string) => items.find((item) => item.name === name);
  expect(line('identity.login')).toMatchObject({ access: 'public', grantable: false, kind: 'procedure' });
  expect(line('operators.list')).toMatchObject({ roles: ['admin', 'regulator'], grantable: true });
  expect(line('exclusions.lookup')).toMatchObject({ scopes: ['exclusions:lookup'], grantable: false });
  expect(line('monitoring/live')).toMatchObject({ kind: 'topic', granted: { roles: ['support'] } });
  expect(line('wallet/<accountId>')).toMatchObject({ access: 'owner', grantable: false });
  expect(new Set(items.map(({ name }) => name)).size).toBe(items.length);
});

test('everybody may ask what is granted to them, by their role and to them alone; keys have nothing granted', async () => {
  await using hub = await startTestHub();
  const [first, second, bettor] = [
    await hub.account('support'),
    await hub.account('support'),
    await hub.bettor(),
  ];
  const granted = async ({ token }: { token: string }) =>
    ok((await hub.http('identity.granted', {}, { token })).body).items;
  for (const one of [first, second, bettor, await hub.admin()]) expect(await granted(one)).toEqual([]);
  const { id: accountId } = first.account;
  for (const name of ['operators.list', 'alerts.list']) ok(await change(hub, 'grant', name, { accountId }));
  for (const name of ['monitoring/live', 'alerts.list']) {
    ok(await change(hub, 'grant', name, { role: 'support' }));
  }
  expect(await granted(first)).toEqual(['alerts.list', 'monitoring/live', 'operators.list']);
  expect(await granted(second)).toEqual(['alerts.list', 'monitoring/live']);
  expect(await granted(bettor)).toEqual([]);
  ok(await change(hub, 'revoke', 'alerts.list', { accountId }));
  expect(await granted(first)).toEqual(['alerts.list', 'monitoring/live', 'operators.list']);
  ok(await change(hub, 'revoke', 'alerts.list', { role: 'support' }));
  expect(await granted(first)).toEqual(['monitoring/live', 'operators.list']);
  const code = async (input: object, credentials: object) =>
    refused((await hub.http('identity.granted', input, credentials)).body).code;
  expect(await code({}, {})).toBe('UNAUTHENTICATED');
  expect(await code({ accountId }, { token: first.token })).toBe('INVALID_INPUT');
  expect(await code({}, await hub.operatorKey())).toBe('FORBIDDEN');
});

test('the documents say what may be granted', async () => {
  await using hub = await startTestHub();
  const page = await (await fetch(`${hub.url}/api/docs`)).text();
  const marks = (name: string) =>
    new RegExp(`<code>${name}</code></a></td>(.*?)</tr>`).exec(page)?.[1]?.split('</td>').slice(0, -1) ?? [];
  expect(marks('operators.list').at(-1)).toContain('✓');
  expect(marks('identity.grantPermission').at(-1)).not.toContain('✓');
  expect(marks('monitoring/live').at(-1)).toContain('✓');
  expect(marks('identity.login').at(-1)).not.toContain('✓');
});

test('granting twice at once changes it once, and each change is in the audit', async () => {
  await using hub = await startTestHub();
  const twice = await Promise.all([1, 2].map(() => change(hub, 'grant', 'alerts.list', { role: 'support' })));
  for (const answer of twice) expect(ok(answer).granted.roles).toEqual(['support']);
  ok(await change(hub, 'revoke', 'alerts.list', { role: 'support' }));
  ok(await change(hub, 'revoke', 'alerts.list', { role: 'support' }));
  const { rows } = await hub.database.pool.query(
    `SELECT action, subject, details FROM audit_log WHERE action LIKE 'permission.%' ORDER BY id`,
  );
  expect(rows).toEqual([
    { action: 'permission.granted', subject: 'role:support', details: { procedure: 'alerts.list' } },
    { action: 'permission.revoked', subject: 'role:support', details: { procedure: 'alerts.list' } },
  ]);
});

test('a granted topic is watched, and no longer once it is taken back, on every node', async () => {
  await using one = await startTestHub();
  await using two = await startTestHub({ database: one.database });
  const { token } = await one.account('support');
  const topic = 'monitoring/live';
  const sockets = [await one.connect({ token }), await two.connect({ token })];
  expect(refused(await one.call(sockets[0]!, 'watch', { topic })).code).toBe('FORBIDDEN');
  ok(await change(one, 'grant', topic, { role: 'support' }));
  for (const [index, hub] of [one, two].entries()) {
    await promptly(async () => (await hub.call(sockets[index]!, 'watch', { topic })).ok, { ms: 1_000 });
  }
  const resets = sockets.map(
    (socket) =>
      new Promise<FeedReset>((resolve) => socket.once('reset', (reset: FeedReset) => resolve(reset))),
  );
  const beganMs = ranMs();
  ok(await change(one, 'revoke', topic, { role: 'support' }));
  for (const reset of await Promise.all(resets)) expect(reset).toMatchObject({ topic, reason: 'forbidden' });
  expect(ranMs() - beganMs).toBeLessThan(1_000);
  const heard: unknown[] = [];
  for (const socket of sockets) socket.on('event', (event) => heard.push(event));
  for (const [index, hub] of [one, two].entries()) {
    expect(refused(await hub.call(sockets[index]!, 'watch', { topic })).code).toBe('FORBIDDEN');
  }
  expect(heard).toEqual([]);
});

test('a node that has lost PostgreSQL for long does not go by what it was granted', async () => {
  await using hub = await startTestHub();
  const { token } = await hub.account('support');
  ok(await change(hub, 'grant', 'exclusions.list', { role: 'support' }));
  await hub.database.pool.query('ALTER TABLE permission_version RENAME TO permission_version_away');
  await probe(async () => (await status(hub, 'exclusions.list', token)) === 503);
  await hub.database.pool.query('ALTER TABLE permission_version_away RENAME TO permission_version');
  await probe(async () => (await status(hub, 'exclusions.list', token)) === 200);
});
