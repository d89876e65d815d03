import type { Ack } from '@kinga/shared/contract/errors.ts';
import type { Bye } from '@kinga/shared/contract/wire.ts';
import type { Socket } from 'socket.io-client';
import { expect, test } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub } from '../support/hub.ts';
import { ranMs } from '../support/promptly.ts';

/** Everything an ended socket was told, once it has ended. */
function goodbye(socket: Socket): Promise<{ bye: Bye | undefined; atMs: number }> {
  let bye: Bye | undefined;
  socket.once('bye', (message: Bye) => {
    bye = message;
  });
  return new Promise((resolve) => socket.once('disconnect', () => resolve({ bye, atMs: ranMs() })));
}

test('sign in, connect, be oneself, over both transports', async () => {
  await using hub = await startTestHub();
  const bettor = await hub.bettor();
  const socket = await hub.connect({ token: bettor.token });
  expect(ok(await hub.call(socket, 'identity.me'))).toEqual(bettor.account);
  expect(ok((await hub.http('identity.me', {}, { token: bettor.token })).body)).toEqual(bettor.account);
  const anonymous = await hub.connect();
  const login = await hub.call(anonymous, 'identity.login', {
    email: bettor.email,
    password: bettor.password,
  });
  expect(ok(login).account).toEqual(bettor.account);
});

test('who may call what: nobody without credentials, and only administrators make accounts', async () => {
  await using hub = await startTestHub();
  const bettor = await hub.bettor();
  const regulator = await hub.account('regulator');
  const key = await hub.operatorKey();
  const code = async (name: string, input: unknown, credentials: { token?: string; apiKey?: string }) =>
    refused((await hub.http(name, input, credentials)).body as Ack<unknown>).code;
  const account = { email: 'new@kinga.test', password: 'long enough for this', role: 'admin' };
  for (const name of ['identity.me', 'identity.logout', 'identity.renew', 'identity.createAccount']) {
    expect(await code(name, account, {}), name).toBe('UNAUTHENTICATED');
  }
  expect(await code('identity.createAccount', account, { token: bettor.token })).toBe('FORBIDDEN');
  expect(await code('identity.createAccount', account, { token: regulator.token })).toBe('FORBIDDEN');
  expect(await code('identity.createAccount', account, { apiKey: key.apiKey })).toBe('FORBIDDEN');
  expect(await code('identity.me', {}, { apiKey: key.apiKey })).toBe('FORBIDDEN');
  const { token } = await hub.admin();
  const invalid = await hub.http(
    'identity.createAccount',
    { email: 'x', password: 'short', role: 'king' },
    { token },
  );
  const { details } = refused(invalid.body as Ack<unknown>);
  expect(details?.map((detail) => detail.path).sort()).toEqual(['email', 'password', 'role']);
});

test('bad, foreign and missing credentials fail the handshake with a code', async () => {
  await using hub = await startTestHub();
  for (const credentials of [{ token: 'nonsense' }, { apiKey: 'kk_live_nonsense' }, { token: '' }]) {
    await expect(hub.connect(credentials)).rejects.toMatchObject({ data: { code: 'UNAUTHENTICATED' } });
  }
});

test('logging out closes the sockets of this session on every node within a second, and no other', async () => {
  await using one = await startTestHub();
  await using two = await startTestHub({ database: one.database });
  const bettor = await one.bettor();
  const other = await one.signIn(bettor.email, bettor.password);
  const here = await one.connect({ token: bettor.token });
  const there = await two.connect({ token: bettor.token });
  const survivor = await two.connect({ token: other.token });
  const ends = [goodbye(here), goodbye(there)];
  const beganMs = ranMs();
  ok(await one.call(here, 'identity.logout'));
  for (const { bye, atMs } of await Promise.all(ends)) {
    expect(bye?.code).toBe('REVOKED');
    expect(atMs - beganMs).toBeLessThan(1_000);
  }
  expect(ok(await two.call(survivor, 'identity.me'))).toEqual(bettor.account);
  await expect(two.connect({ token: bettor.token })).rejects.toMatchObject({
    data: { code: 'UNAUTHENTICATED' },
  });
  expect((await two.http('identity.me', {}, { token: bettor.token })).status).toBe(401);
});

test('reuse of a refresh token closes the sockets of the family on every node', async () => {
  await using one = await startTestHub();
  await using two = await startTestHub({ database: one.database });
  const bettor = await one.bettor();
  const next = ok((await one.http('identity.refresh', { refreshToken: bettor.refreshToken })).body);
  const socket = await two.connect({ token: next.accessToken });
  const end = goodbye(socket);
  const beganMs = ranMs();
  const reuse = await one.http('identity.refresh', { refreshToken: bettor.refreshToken });
  expect(reuse.status).toBe(401);
  const { bye, atMs } = await end;
  expect(bye?.code).toBe('REVOKED');
  expect(atMs - beganMs).toBeLessThan(1_000);
});

test('a live socket is re-armed with a fresh token of its account: then its old session may end', async () => {
  await using hub = await startTestHub();
  const bettor = await hub.bettor();
  const stranger = await hub.bettor();
  const fresh = await hub.signIn(bettor.email, bettor.password);
  const socket = await hub.connect({ token: bettor.token });
  const foreign = await hub.call(socket, 'identity.renew', { accessToken: stranger.token });
  expect(refused(foreign).code).toBe('FORBIDDEN');
  ok(await hub.call(socket, 'identity.renew', { accessToken: fresh.token }));
  ok((await hub.http('identity.logout', {}, { token: bettor.token })).body);
  await expect(hub.connect({ token: bettor.token })).rejects.toMatchObject({
    data: { code: 'UNAUTHENTICATED' },
  });
  expect(ok(await hub.call(socket, 'identity.me'))).toEqual(bettor.account);
  const end = goodbye(socket);
  ok((await hub.http('identity.logout', {}, { token: fresh.token })).body);
  expect((await end).bye?.code).toBe('REVOKED');
});

test('a logout over a socket is answered before that socket is ended', async () => {
  await using hub = await startTestHub();
  const bettor = await hub.bettor();
  const socket = await hub.connect({ token: bettor.token });
  const end = goodbye(socket);
  expect(ok(await hub.call(socket, 'identity.logout'))).toEqual({});
  expect((await end).bye?.code).toBe('REVOKED');
});

test('an account is created once under an idempotency key', async () => {
  await using hub = await startTestHub();
  const { token } = await hub.admin();
  const account = { email: 'once@kinga.example', password: 'long enough to be good', role: 'bettor' };
  const create = () =>
    hub.http('identity.createAccount', account, { token, headers: { 'idempotency-key': 'once' } });
  const [first, second] = await Promise.all([create(), create()]);
  expect(ok(first.body)).toEqual(ok(second.body));
});

test('the keys that verify tokens are open to everybody', async () => {
  await using hub = await startTestHub();
  const response = await fetch(`${hub.url}/.well-known/jwks.json`);
  expect(response.status).toBe(200);
  const { keys } = (await response.json()) as { keys: Record<string, string>[] };
  expect(keys).toEqual([
    expect.objectContaining({
      kty: 'OKP',
      crv: 'Ed25519',
      alg: 'EdDSA',
      use: 'sig',
      kid: expect.any(String),
    }),
  ]);
  expect(keys[0]).not.toHaveProperty('d');
});
