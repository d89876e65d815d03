import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { Bye, Hello } from '@kinga/shared/contract/wire.ts';
import { io, type Socket } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { helloOf, refused } from '../support/client.ts';
import { probe } from '../support/probe.ts';
import { account, openWorld, operatorKey, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly retryAfterMs?: number;
}

/** The `err.data` of the handshake's connect_error. */
async function refusalOf(connecting: Promise<Socket>): Promise<Refusal> {
  const error: unknown = await connecting.then(
    () => new Error('the handshake succeeded'),
    (reason: unknown) => reason,
  );
  return (error as { data: Refusal }).data;
}

function byeAndReason(socket: Socket): Promise<{ bye: Bye; reason: string }> {
  return new Promise((resolve) => {
    let bye: Bye;
    socket.once('bye', (said: Bye) => {
      bye = said;
    });
    socket.once('disconnect', (reason) => resolve({ bye, reason }));
  });
}

describe('the handshake', () => {
  it.each([
    ['an unknown token', { token: 'nobody' }],
    ['an unknown key', { apiKey: 'nothing' }],
    ['both at once', { token: 'admin', apiKey: 'key' }],
    ['an empty token', { token: '' }],
    ['a number', { token: 7 }],
    ['a list', { apiKey: ['key'] }],
    ['an object', { apiKey: { $ne: '' } }],
  ])('with %s fails with UNAUTHENTICATED, before there is a connection', async (_what, auth) => {
    const data = await refusalOf(world.connect({}, { auth }));
    expect(data).toEqual({ code: 'UNAUTHENTICATED', message: expect.any(String) });
    expect(world.gateway.socketsByRole().anonymous).toBe(0);
  });

  it('without credentials is anonymous, and may call what is public only', async () => {
    const socket = await world.connect();
    expect((await world.call(socket, 'lab.echo', { text: 'hi' })).ok).toBe(true);
    expect(refused(await world.call(socket, 'lab.me')).code).toBe('UNAUTHENTICATED');
    expect(refused(await world.call(socket, 'watch', { topic: 'a/b' })).code).toBe('UNAUTHENTICATED');
    expect(world.feed.asked).toEqual([]);
  });

  it.each([
    ['absent', {}],
    ['null', { token: null, apiKey: null }],
  ])('takes credentials that are %s for none', async (_what, auth) => {
    await world.connect({}, { auth });
    expect(world.gateway.socketsByRole().anonymous).toBe(1);
  });

  it('says UNAVAILABLE when the database is away, and INTERNAL without a word when something breaks', async () => {
    const broken = { error: Object.assign(new Error('gone'), { code: 'ECONNREFUSED' }) as Error };
    await using other = await openWorld({
      database: world.database,
      authenticate: () => Promise.reject(broken.error),
    });
    expect(await refusalOf(other.connect({ token: 'x' }))).toMatchObject({
      code: 'UNAVAILABLE',
      retryAfterMs: expect.any(Number),
    });
    broken.error = new TypeError('a secret detail');
    expect(await refusalOf(other.connect({ token: 'x' }))).toEqual({
      code: 'INTERNAL',
      message: 'Internal error',
    });
  });

  it('is refused over a transport other than WebSocket', async () => {
    const response = await fetch(`${world.url}/socket.io/?EIO=4&transport=polling`);
    expect(response.status).toBe(400);
  });

  it('is greeted with hello', async () => {
    const keyHello = helloOf(await world.connect({ apiKey: 'key' }));
    expect(keyHello).toEqual({
      protocol: 1,
      contractHash: world.gateway.contractHash,
      node: world.platform.node,
      serverTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      heartbeatMs: 1_000,
      limits: { unansweredCalls: 1_024, watchedTopics: 100, messageBytes: 262_144 },
    } satisfies Hello);
    expect(helloOf(await world.connect({ token: 'bettor' })).heartbeatMs).toBe(5_000);
  });

  it('counts sockets by role, up and down', async () => {
    const sockets = await Promise.all([
      world.connect(),
      world.connect({ token: 'admin' }),
      world.connect({ token: 'bettor' }),
      world.connect({ token: 'bettor' }),
      world.connect({ apiKey: 'key' }),
    ]);
    expect(world.gateway.socketsByRole()).toEqual({
      anonymous: 1,
      admin: 1,
      regulator: 0,
      support: 0,
      citizen: 0,
      operator: 0,
      bettor: 2,
      key: 1,
    });
    expect(await world.metric(/kinga_sockets\{role="bettor"/)).toBe(2);
    for (const socket of sockets) socket.disconnect();
    await probe(() => Object.values(world.gateway.socketsByRole()).every((count) => count === 0));
    expect(world.feed.attached.size).toBe(0);
  });
});

describe('new connections per address', () => {
  const proxied = (address: string) => ({ extraHeaders: { 'x-forwarded-for': address } });

  it('are limited behind a trusted proxy, coded, and counted', async () => {
    await using limited = await openWorld({
      database: world.database,
      // The next one after 20 s: no step of this test takes so long.
      limits: { connectionsPerSecond: 0.05 },
      env: { TRUSTED_PROXIES: '127.0.0.1' },
    });
    await limited.connect({}, proxied('203.0.113.9'));
    const data = await refusalOf(limited.connect({}, proxied('203.0.113.9')));
    expect(data).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
    await limited.connect({}, proxied('203.0.113.10'));
    expect(await limited.metric(/kinga_refusals_total\{limit="connections"/)).toBe(1);
    expect(await limited.metric(/kinga_handshakes_refused_total\{code="RATE_LIMITED"/)).toBe(1);
  });

  it('from loopback are not, whatever address a stranger claims', async () => {
    await using limited = await openWorld({ database: world.database, limits: { connectionsPerSecond: 1 } });
    for (let i = 0; i < 4; i++) await limited.connect({}, proxied('203.0.113.9'));
  });
});

describe('the end of a socket', () => {
  it('comes with the access token’s, and a bye', async () => {
    world.tokens.set('brief', account('brief', 'bettor', Date.now() + 150));
    // Listened to from the beginning: its end may come with its hello.
    const { bye, reason } = await byeAndReason(
      io(world.url, { transports: ['websocket'], reconnection: false, auth: { token: 'brief' } }),
    );
    expect(bye.code).toBe('EXPIRED');
    expect(reason).toBe('io server disconnect');
  });

  it('is put off by a renewed token of the same account', async () => {
    const endsAt = Date.now() + 4_000;
    world.tokens.set('brief', account('one', 'bettor', endsAt - 1_000));
    world.tokens.set('longer', account('one', 'bettor', endsAt));
    const socket = await world.connect({ token: 'brief' });
    const ended = byeAndReason(socket);
    expect(await world.call(socket, 'lab.renew', { accessToken: 'longer' })).toEqual({
      ok: true,
      data: { rearmed: true },
    });
    expect((await ended).bye.code).toBe('EXPIRED');
    expect(Date.now()).toBeGreaterThanOrEqual(endsAt);
  });

  it('is not put off by the token of another account', async () => {
    const socket = await world.connect({ token: 'bettor' });
    const error = refused(await world.call(socket, 'lab.renew', { accessToken: 'other' }));
    expect(error.code).toBe('INVALID_INPUT');
    expect(error.details?.[0]?.path).toBe('accessToken');
    expect(await world.call(socket, 'lab.me')).toMatchObject({ ok: true, data: { actor: 'bettor' } });
  });

  it('comes at once when the session or the key is revoked, and only then', async () => {
    const revoked = await world.connect({ token: 'bettor' });
    const stays = await world.connect({ token: 'other' });
    const ended = byeAndReason(revoked);
    world.gateway.closeRevoked({ kind: 'session', id: 's_nobody' });
    world.gateway.closeRevoked({ kind: 'key', id: 's_bettor' });
    world.gateway.closeRevoked({ kind: 'session', id: 's_bettor' });
    expect(await ended).toMatchObject({ bye: { code: 'REVOKED' }, reason: 'io server disconnect' });
    expect((await world.call(stays, 'lab.me')).ok).toBe(true);

    const machine = await world.connect({ apiKey: 'key' });
    const machineEnded = byeAndReason(machine);
    world.gateway.closeRevoked({ kind: 'key', id: 'key' });
    expect((await machineEnded).bye.code).toBe('REVOKED');
  });

  it('follows a renewed socket to its new session', async () => {
    world.tokens.set('next', { ...account('bettor', 'bettor'), sessionId: 's_next' } as never);
    const socket = await world.connect({ token: 'bettor' });
    await world.call(socket, 'lab.renew', { accessToken: 'next' });
    world.gateway.closeRevoked({ kind: 'session', id: 's_bettor' });
    expect((await world.call(socket, 'lab.me')).ok).toBe(true);
    const ended = byeAndReason(socket);
    world.gateway.closeRevoked({ kind: 'session', id: 's_next' });
    expect((await ended).bye.code).toBe('REVOKED');
  });

  it('reaches a socket whose key was revoked between its check and its entry', async () => {
    await using other = await openWorld({
      database: world.database,
      authenticate: async () => {
        other.gateway.closeRevoked({ kind: 'key', id: 'late' });
        return operatorKey('late', ['exclusions:lookup']);
      },
    });
    const socket = await other.connect({ apiKey: 'late' });
    await probe(() => !socket.connected);
    expect(other.gateway.socketsByRole().key).toBe(0);
  });

  it('can be asked for by the feed: bye, then the transport is closed, so that the client comes back', async () => {
    const socket = await world.connect({ token: 'bettor' });
    const ended = byeAndReason(socket);
    for (const watcher of world.feed.attached) watcher.close({ code: 'SLOW_CONSUMER', message: 'too slow' });
    expect(await ended).toEqual({
      bye: { code: 'SLOW_CONSUMER', message: 'too slow' },
      reason: 'transport close',
    });
  });
});

describe('watching', () => {
  it('goes to the feed with the watcher of the socket, and names a bad field', async () => {
    const socket = await world.connect({ token: 'bettor' });
    expect(await world.call(socket, 'watch', { topic: 'a/b', from: { epoch: 'e', seq: 3 } })).toEqual({
      ok: true,
      data: { topic: 'a/b', kind: 'log', epoch: 'e', seq: 7, resumed: true },
    });
    expect(await world.call(socket, 'unwatch', { topic: 'a/b' })).toEqual({
      ok: true,
      data: { topic: 'a/b' },
    });
    const bad = refused(await world.call(socket, 'watch', { topic: '', from: { epoch: 1, seq: -1 }, x: 1 }));
    expect(bad.details?.map(({ path }) => path).sort()).toEqual(['from.epoch', 'from.seq', 'topic', 'x']);
    expect(refused(await world.call(socket, 'watch', { topic: 'hidden' })).code).toBe('NOT_FOUND');
    expect(refused(await world.call(socket, 'unwatch', {})).details?.[0]?.path).toBe('topic');
  });

  it('is not possible over HTTP', async () => {
    const { status, body } = await world.http('watch', { topic: 'a/b' }, { token: 'bettor' });
    expect(status).toBe(404);
    expect(refused(body).code).toBe('UNKNOWN_PROCEDURE');
  });

  it('learns in time that its deadline is over, so that it never begins', async () => {
    let go = () => {};
    world.feed.hold = new Promise((resolve) => {
      go = () => resolve();
    });
    const socket = await world.connect({ token: 'bettor' });
    const error = refused(await world.call(socket, 'watch', { topic: 'late' }, { deadlineMs: 30 }));
    expect(error.code).toBe('DEADLINE_EXCEEDED');
    go();
    await probe(() => world.feed.abandoned.includes('late'));
    const answered = await world.call(socket, 'watch', { topic: 'in/time' }, { deadlineMs: 10_000 });
    expect(answered.ok).toBe(true);
    expect(world.feed.abandoned).toEqual(['late']);
  });

  it('lets a client resume all its topics at once', async () => {
    await using limited = await openWorld({ database: world.database, limits: { personPerSecond: 5 } });
    const socket = await limited.connect({ token: 'bettor' });
    const acks = await Promise.all(
      Array.from({ length: 100 }, (_, i) => limited.call(socket, 'watch', { topic: `t/${i}` })),
    );
    expect(acks.every((ack) => ack.ok)).toBe(true);
  });
});

it('passes on what an error of the product says when it refuses a handshake', async () => {
  await using other = await openWorld({
    database: world.database,
    authenticate: () => Promise.reject(new KingaError('RATE_LIMITED', 'slowly', { retryAfterMs: 700 })),
  });
  expect(await refusalOf(other.connect({ token: 'x' }))).toEqual({
    code: 'RATE_LIMITED',
    message: 'slowly',
    retryAfterMs: 700,
  });
});
