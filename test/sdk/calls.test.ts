import { connect, isDeclared } from '@kinga/client-sdk';
import { allProcedures } from '@kinga/shared/contract.ts';
import { REPEATABLE } from '@kinga/shared/repeatable.ts';
import { expect, test } from 'vitest';
import { probe } from '../support/probe.ts';
import { WireServer } from './wire-server.ts';

const bet = { marketId: 'm', outcome: 'YES', stakeMinor: '2000' } as const;
const reconnect = { minMs: 10, maxMs: 20 };

test('a query whose answer was lost is asked again on the next connection', async () => {
  await using server = await WireServer.start();
  server.on('identity.me', ({ answer, connection }) => {
    if (connection === 0) server.kill();
    else answer({ ok: true, data: { id: 'a' } });
  });
  await using hub = await connect({ url: server.url, reconnect });
  await expect(hub.identity.me()).resolves.toEqual({ id: 'a' });
  expect(server.of('identity.me').map((call) => call.connection)).toEqual([0, 1]);
});

test('a command whose answer was lost is not repeated: its outcome is unknown, and said so', async () => {
  await using server = await WireServer.start();
  server.on('markets.open', () => server.kill());
  await using hub = await connect({ url: server.url, reconnect });
  const opened = hub.markets.open({ question: '?', closesAt: '2027-01-01' });
  await expect(opened).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    unknownOutcome: true,
    procedure: 'markets.open',
  });
  await probe(() => hub.state === 'connected');
  expect(server.of('markets.open')).toHaveLength(1);
});

test('a command under an idempotency key is repeated under the same key', async () => {
  await using server = await WireServer.start();
  server.on('markets.placeBet', ({ answer, connection }) => {
    if (connection === 0) server.kill();
    else answer({ ok: true, data: { betId: 'b' } });
  });
  await using hub = await connect({ url: server.url, reconnect });
  await expect(hub.markets.placeBet(bet, { idempotencyKey: 'k' })).resolves.toEqual({ betId: 'b' });
  expect(server.of('markets.placeBet').map((call) => call.meta)).toEqual([
    { idempotencyKey: 'k' },
    { idempotencyKey: 'k' },
  ]);
});

test('a deadline ends a call that is not answered, and one that finds no connection', async () => {
  const server = await WireServer.start();
  await using hub = await connect({ url: server.url, reconnect, deadlineMs: 80 });
  await expect(hub.markets.open({ question: '?', closesAt: '2027-01-01' })).rejects.toMatchObject({
    code: 'DEADLINE_EXCEEDED',
    unknownOutcome: true,
  });
  await server[Symbol.asyncDispose]();
  await probe(() => hub.state === 'reconnecting');
  await expect(hub.identity.me()).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    unknownOutcome: false,
    retry: true,
  });
});

test('the hub hears of a deadline the caller chose', async () => {
  await using server = await WireServer.start();
  server.answer('identity.me', {});
  await using hub = await connect({ url: server.url });
  await hub.identity.me({}, { deadlineMs: 5_000 });
  await hub.identity.me();
  const [chosen, standard] = server.of('identity.me').map((call) => call.meta);
  expect((chosen as { deadlineMs: number }).deadlineMs).toBeGreaterThan(4_000);
  expect(standard).toBeUndefined();
});

test('a refusal arrives as a typed error with what the hub said', async () => {
  await using server = await WireServer.start();
  const body = { code: 'EXCLUDED', message: 'This person is excluded from betting', requestId: 'r1' };
  server.on('markets.placeBet', ({ answer }) => answer({ ok: false, error: body }));
  server.on('identity.me', ({ answer }) =>
    answer({
      ok: false,
      error: { code: 'RATE_LIMITED', message: 'slow down', retryAfterMs: 250, requestId: 'r2' },
    }),
  );
  await using hub = await connect({ url: server.url });
  const refused = await hub.markets.placeBet(bet, { idempotencyKey: 'k' }).catch((error: unknown) => error);
  expect(isDeclared(refused, 'markets.placeBet', 'EXCLUDED')).toBe(true);
  expect(isDeclared(refused, 'markets.placeBet', 'MARKET_CLOSED')).toBe(false);
  expect(refused).toMatchObject({ requestId: 'r1', retry: false, details: [] });
  await expect(hub.identity.me()).rejects.toMatchObject({ retry: true, retryAfterMs: 250, requestId: 'r2' });
});

test('calls beyond what the hub takes unanswered wait for their turn', async () => {
  await using server = await WireServer.start();
  server.hello = { limits: { unansweredCalls: 2, watchedTopics: 100, messageBytes: 262_144 } };
  const answers: (() => void)[] = [];
  server.on('identity.me', ({ answer }) => answers.push(() => answer({ ok: true, data: {} })));
  await using hub = await connect({ url: server.url });
  const calls = Promise.all(Array.from({ length: 5 }, () => hub.identity.me()));
  let unansweredMax = 0;
  for (let answered = 0; answered < 5; answered += 1) {
    await probe(() => answers.length > 0);
    unansweredMax = Math.max(unansweredMax, answers.length);
    answers.shift()?.();
  }
  await expect(calls).resolves.toHaveLength(5);
  expect(unansweredMax).toBeLessThanOrEqual(2);
});

test('a call given up is not answered later; one given up before is not sent', async () => {
  await using server = await WireServer.start();
  await using hub = await connect({ url: server.url });
  const controller = new AbortController();
  const call = hub.identity.me({}, { signal: controller.signal });
  controller.abort();
  await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  await expect(hub.markets.list({}, { signal: controller.signal })).rejects.toMatchObject({
    name: 'AbortError',
  });
  expect(server.of('markets.list')).toEqual([]);
});

test('closing fails what is open and everything after it', async () => {
  await using server = await WireServer.start();
  const hub = await connect({ url: server.url });
  const open = hub.identity.me();
  await hub.close();
  await hub.close();
  await expect(open).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(hub.identity.me()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(hub.state).toBe('closed');
});

test('what the SDK believes about repeating holds for the contract', () => {
  const names = new Set(allProcedures.map((procedure) => procedure.name));
  expect(REPEATABLE.filter((name) => !names.has(name))).toEqual([]);
  // An error's `retry` is known from its code alone; a declared one that may be retried would need telling.
  const retried = allProcedures
    .flatMap((procedure) => Object.values(procedure.errors ?? {}))
    .filter((error) => error.retry);
  expect(retried).toEqual([]);
});
