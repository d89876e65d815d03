import { connect, type HubState } from '@kinga/client-sdk';
import { expect, test } from 'vitest';
import { probe } from '../support/probe.ts';
import { WireServer } from './wire-server.ts';

const reconnect = { minMs: 10, maxMs: 20 };

function tokenFor(seconds: number): string {
  const claims = { exp: Date.now() / 1_000 + seconds, jti: crypto.randomUUID() };
  return `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`;
}

test.each(['UNAUTHENTICATED', 'FORBIDDEN'])(
  '%s at the handshake is final: connect rejects with it',
  async (code) => {
    await using server = await WireServer.start();
    server.refusals.push({ code, message: 'no' });
    await expect(connect({ url: server.url, apiKey: 'kk_x', reconnect })).rejects.toMatchObject({
      code,
      message: 'no',
    });
    expect(server.auths).toEqual([{ apiKey: 'kk_x' }]);
  },
);

test('a temporary refusal is tried again, not before the hub asked for it', async () => {
  await using server = await WireServer.start();
  server.refusals.push({ code: 'RATE_LIMITED', message: 'too many', retryAfterMs: 120 });
  const begin = performance.now();
  await using hub = await connect({ url: server.url, reconnect });
  expect(performance.now() - begin).toBeGreaterThanOrEqual(120);
  expect(hub.state).toBe('connected');
});

test('a hub that is not there is UNAVAILABLE within the deadline', async () => {
  const server = await WireServer.start();
  const { url } = server;
  await server[Symbol.asyncDispose]();
  await expect(connect({ url, reconnect, connectDeadlineMs: 200 })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
  });
});

test('after a bye the SDK waits as long as asked, then comes back', async () => {
  await using server = await WireServer.start();
  await using hub = await connect({ url: server.url, reconnect });
  const states: HubState[] = [];
  hub.on('state', (state) => states.push(state));
  const byes: string[] = [];
  hub.on('bye', (bye) => byes.push(bye.code));
  server.bye({ code: 'DRAINING', message: 'restarting', retryAfterMs: 150 });
  await probe(() => server.connectedAt.length === 2);
  const [first = 0, second = 0] = server.connectedAt;
  expect(second - first).toBeGreaterThanOrEqual(150);
  await probe(() => hub.state === 'connected');
  expect(states).toEqual(['reconnecting', 'connected']);
  expect(byes).toEqual(['DRAINING']);
});

test('a revoked key ends the hub: state, calls and watches all say so', async () => {
  await using server = await WireServer.start();
  await using hub = await connect({ url: server.url, apiKey: 'kk_x', reconnect });
  const open = hub.identity.me();
  const watch = hub.watch('exclusions/changes');
  server.bye({ code: 'REVOKED', message: 'this key was revoked' });
  await expect(watch.next()).rejects.toMatchObject({ code: 'REVOKED' });
  await expect(open).rejects.toMatchObject({ code: 'REVOKED' });
  await expect(hub.identity.me()).rejects.toMatchObject({ code: 'REVOKED' });
  expect(hub.state).toBe('closed');
  expect(server.connectedAt).toHaveLength(1);
});

test('each connection asks the token function anew', async () => {
  await using server = await WireServer.start();
  let count = 0;
  await using _hub = await connect({ url: server.url, reconnect, token: async () => `t${++count}` });
  server.bye({ code: 'EXPIRED', message: 'expired' });
  await probe(() => server.auths.length === 2);
  expect(server.auths).toEqual([{ token: 't1' }, { token: 't2' }]);
});

test('an expired fixed token is final', async () => {
  await using server = await WireServer.start();
  await using hub = await connect({ url: server.url, reconnect, token: 't' });
  server.bye({ code: 'EXPIRED', message: 'expired' });
  await probe(() => hub.state === 'closed');
});

test('a token is renewed on the live connection before it expires', async () => {
  await using server = await WireServer.start();
  server.answer('identity.renew', { expiresAt: '' });
  const tokens: string[] = [];
  const token = async () => {
    tokens.push(tokenFor(tokens.length === 0 ? 1.6 : 900));
    return tokens.at(-1) ?? '';
  };
  await using hub = await connect({ url: server.url, token });
  await probe(() => server.of('identity.renew').length === 1);
  expect(server.of('identity.renew')[0]?.input).toEqual({ accessToken: tokens[1] });
  expect(server.connectedAt).toHaveLength(1);
  expect(hub.state).toBe('connected');
});

test('a token function that throws at once is asked again, like one that fails later', async () => {
  await using server = await WireServer.start();
  server.answer('identity.renew', { expiresAt: '' });
  let asked = 0;
  const token = () => {
    if (++asked === 2) throw new Error('no session');
    return Promise.resolve(tokenFor(asked === 1 ? 1.6 : 900));
  };
  await using hub = await connect({ url: server.url, token });
  await probe(() => server.of('identity.renew').length === 1);
  expect(asked).toBe(3);
  expect(hub.state).toBe('connected');
});

test('a hub of another protocol is refused', async () => {
  await using server = await WireServer.start();
  server.hello = { protocol: 2 };
  await expect(connect({ url: server.url })).rejects.toMatchObject({ code: 'UNSUPPORTED_PROTOCOL' });
});

test('a hub can be awaited and printed without looking like a procedure', async () => {
  await using server = await WireServer.start();
  await using hub = await connect({ url: server.url });
  expect(await hub).toBe(hub);
  expect(String(Object.prototype.toString.call(hub))).toBe('[object Object]');
  expect(JSON.stringify(hub.exclusions)).toBe('{}');
});
