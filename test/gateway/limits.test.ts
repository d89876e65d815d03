import { RateLimit } from '@kinga/server/platform/call/rate-limit.ts';
import { AddressList, clientAddress } from '@kinga/server/platform/http/addresses.ts';
import type { Ack } from '@kinga/shared/contract/errors.ts';
import { describe, expect, it } from 'vitest';
import { refused } from '../support/client.ts';
import { probe } from '../support/probe.ts';
import { openWorld } from './world.ts';

const codesOf = (acks: readonly Ack[]) => acks.map((ack) => (ack.ok ? 'OK' : ack.error.code));
const times = <TItem>(count: number, make: () => Promise<TItem>) =>
  Promise.all(Array.from({ length: count }, make));

describe('limits of the calls', () => {
  it('hold a person across their sockets and HTTP, and say when to come back', async () => {
    // The next one after 20 s: no step of this test takes so long.
    await using world = await openWorld({ limits: { personPerSecond: 0.05 } });
    const [one, two] = await Promise.all([
      world.connect({ token: 'bettor' }),
      world.connect({ token: 'bettor' }),
    ]);
    const other = await world.connect({ token: 'other' });
    expect((await world.call(one, 'lab.me')).ok).toBe(true);
    const late = refused(await world.call(two, 'lab.me'));
    expect(late).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
    expect(late.retryAfterMs).toBeLessThanOrEqual(20_000);
    const { status, headers, body } = await world.http('lab.me', {}, { token: 'bettor' });
    expect(status).toBe(429);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused(body).retryAfterMs).toBeGreaterThan(0);
    expect((await world.call(other, 'lab.me')).ok).toBe(true);
    expect(await world.metric(/kinga_refusals_total\{limit="person"/)).toBe(2);
  });

  it('let a person make the calls of a second at once, and more as time passes', async () => {
    await using world = await openWorld({ limits: { personPerSecond: 6 } });
    const [one, two] = await Promise.all([
      world.connect({ token: 'bettor' }),
      world.connect({ token: 'bettor' }),
    ]);
    const startedAt = performance.now();
    const acks = await Promise.all([one, two].map((socket) => times(10, () => world.call(socket, 'lab.me'))));
    const passedS = (performance.now() - startedAt) / 1_000;
    const granted = codesOf(acks.flat()).filter((code) => code === 'OK').length;
    expect(granted).toBeGreaterThanOrEqual(6);
    expect(granted).toBeLessThanOrEqual(6 + 6 * passedS);
    await probe(async () => (await world.call(one, 'lab.me')).ok);
  });

  it('hold staff procedures by the hour', async () => {
    await using world = await openWorld({ limits: { staffPerHour: 3 } });
    const socket = await world.connect({ token: 'admin' });
    const acks = await times(5, () => world.call(socket, 'lab.staff', { text: 'x' }));
    expect(codesOf(acks)).toEqual(['OK', 'OK', 'OK', 'RATE_LIMITED', 'RATE_LIMITED']);
    expect(refused(acks[4]!).retryAfterMs).toBeGreaterThan(60_000);
    expect((await world.call(socket, 'lab.me')).ok).toBe(true);
    expect(await world.metric(/kinga_refusals_total\{limit="staff"/)).toBe(2);
  });

  it('count each lookup of a batch', async () => {
    await using world = await openWorld({ limits: { lookupsPerSecond: 10 } });
    const socket = await world.connect({ apiKey: 'key' });
    // More than there may be at once is paid back: 990 of these, and then one, at ten a second.
    expect((await world.call(socket, 'lab.lookupMany', { checks: Array(1_000).fill('a') })).ok).toBe(true);
    const error = refused(await world.call(socket, 'lab.lookup', { id: 'a', purpose: 'bet' }));
    expect(error).toMatchObject({ code: 'RATE_LIMITED' });
    expect(error.retryAfterMs).toBeLessThanOrEqual(99_100);
    expect(error.retryAfterMs).toBeGreaterThan(80_000);
    expect(await world.metric(/kinga_refusals_total\{limit="lookup"/)).toBe(1);
  });

  it('hold callers without credentials by address, bad credentials included', async () => {
    await using world = await openWorld({
      limits: { anonymousPerHour: 3 },
      env: { TRUSTED_PROXIES: '127.0.0.1' },
    });
    const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
    const echo = (address: string) => world.http('lab.echo', { text: 'x' }, from(address));
    expect((await echo('203.0.113.1')).status).toBe(200);
    expect((await world.http('lab.me', {}, { token: 'guess', ...from('203.0.113.1') })).status).toBe(401);
    const socket = await world.connect({}, { extraHeaders: { 'x-forwarded-for': '203.0.113.1' } });
    expect((await world.call(socket, 'lab.echo', { text: 'x' })).ok).toBe(true);
    expect(refused(await world.call(socket, 'lab.echo', { text: 'x' })).code).toBe('RATE_LIMITED');
    expect((await world.http('lab.me', {}, { token: 'guess', ...from('203.0.113.1') })).status).toBe(429);
    expect((await world.http('lab.me', {}, { token: 'bettor', ...from('203.0.113.1') })).status).toBe(200);
    expect((await echo('203.0.113.2')).status).toBe(200);
  });

  it('do not hold loopback', async () => {
    await using world = await openWorld({ limits: { anonymousPerHour: 1 } });
    const socket = await world.connect();
    const acks = await times(5, () => world.call(socket, 'lab.echo', { text: 'x' }));
    expect(acks.every((ack) => ack.ok)).toBe(true);
  });

  it('refuse the call that is one too many unanswered, and take it when one has been answered', async () => {
    await using world = await openWorld({ limits: { unansweredCalls: 3 } });
    const socket = await world.connect({ token: 'bettor' });
    const held = Array.from({ length: 3 }, () => world.call(socket, 'lab.hold'));
    await probe(() => world.lab.gate.waiting === 3);
    const error = refused(await world.call(socket, 'lab.hold'));
    expect(error).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
    expect(await world.metric(/kinga_refusals_total\{limit="unanswered"/)).toBe(1);
    world.lab.gate.open();
    expect(codesOf(await Promise.all(held))).toEqual(['OK', 'OK', 'OK']);
    expect((await world.call(socket, 'lab.me')).ok).toBe(true);
  });
});

describe('a rate limit', () => {
  it('gives a burst, then the rate, and says exactly when', () => {
    const limit = new RateLimit({ burst: 2, perSecond: 10 });
    expect([limit.take('a', 1, 0), limit.take('a', 1, 0), limit.take('a', 1, 0)]).toEqual([0, 0, 100]);
    expect(limit.take('a', 1, 99)).toBe(1);
    expect(limit.take('a', 1, 100)).toBe(0);
    expect(limit.take('b', 1, 100)).toBe(0);
  });

  it('lets what is larger than the burst pass when nothing is owed, and has it paid back', () => {
    const limit = new RateLimit({ burst: 10, perSecond: 10 });
    expect(limit.take('a', 30, 0)).toBe(0);
    expect(limit.take('a', 1, 1_000)).toBe(1_100);
    expect(limit.take('a', 1, 2_100)).toBe(0);
  });

  it('forgets whoever owes nothing, and never knows more than it has room for', () => {
    const limit = new RateLimit({ burst: 1, perSecond: 1 });
    for (let i = 0; i < 1_000; i++) limit.take(`early ${i}`, 1, 0);
    limit.take('late', 1, 40_000);
    expect(limit.size).toBe(1);
    const crowded = new RateLimit({ burst: 1, perSecond: 0.001 });
    for (let i = 0; i < 150_000; i++) crowded.take(`n${i}`, 1, i / 1_000);
    expect(crowded.size).toBeLessThanOrEqual(100_000);
  });

  it('is not confused by a clock that stands still or steps back', () => {
    const limit = new RateLimit({ burst: 1, perSecond: 1 });
    expect(limit.take('a', 1, 1_000)).toBe(0);
    expect(limit.take('a', 1, 500)).toBe(1_000);
  });
});

describe('the address of a client', () => {
  const trusted = new AddressList('TRUSTED_PROXIES', ['10.0.0.0/8', '127.0.0.1', 'fd00::/8']);
  it.each([
    ['203.0.113.1', undefined, '203.0.113.1'],
    ['203.0.113.1', '198.51.100.1', '203.0.113.1'],
    ['10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['10.0.0.1', '1.1.1.1, 198.51.100.1', '198.51.100.1'],
    ['10.0.0.1', '198.51.100.1, 10.0.0.2', '198.51.100.1'],
    ['10.0.0.1', '198.51.100.1:4711', '198.51.100.1'],
    ['10.0.0.1', 'nonsense', '10.0.0.1'],
    ['10.0.0.1', '198.51.100.1, nonsense', '10.0.0.1'],
    ['::ffff:10.0.0.1', '::ffff:198.51.100.1', '198.51.100.1'],
    ['fd00::1', '[2001:db8::1]:443', '2001:db8::1'],
    [undefined, undefined, ''],
  ])('from %s forwarding %s is %s', (peer, forwarded, expected) => {
    expect(clientAddress(peer, forwarded, trusted).address).toBe(expected);
  });

  it('is limited by the /64 of IPv6, and not at all for loopback and trusted proxies', () => {
    const keyOf = (address: string) => clientAddress(address, undefined, trusted).key;
    expect(keyOf('2001:db8:0:1:aaaa::1')).toBe(keyOf('2001:0db8::1:bbbb:0:0:2'));
    expect(keyOf('2001:db8::1')).not.toBe(keyOf('2001:db8:0:1::1'));
    expect([keyOf('127.0.0.1'), keyOf('::1'), keyOf('::ffff:127.8.8.8'), keyOf('10.1.2.3')]).toEqual(
      Array(4).fill(undefined),
    );
    expect(keyOf('203.0.113.1')).toBe('203.0.113.1');
  });

  it.each(['10.0.0.0/33', 'proxy', '::1/129', '10.0.0.0/8/8', '10.0.0.0/x'])(
    '%s is no configuration',
    (entry) => {
      expect(() => new AddressList('TRUSTED_PROXIES', [entry])).toThrow(/^TRUSTED_PROXIES: /);
    },
  );
});
