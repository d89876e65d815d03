import { randomUUID } from 'node:crypto';
import type { FeedEvent, WatchAck } from '@kinga/shared/contract/wire.ts';
import type { Market } from '@kinga/shared/markets/contract.ts';
import type { Socket } from 'socket.io-client';
import { expect, test } from 'vitest';
import type { SignedIn } from '../support/accounts.ts';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';

async function openMarket(hub: TestHub): Promise<Market> {
  const { token } = await hub.admin();
  const input = { question: 'Will the long rains come early?', closesAt: '2099-01-01' };
  return ok((await hub.http('markets.open', input, { token })).body);
}

async function fund(hub: TestHub, bettor: SignedIn, amountMinor = '10000000'): Promise<void> {
  const { token } = await hub.admin();
  ok((await hub.http('wallet.fund', { accountId: bettor.account.id, amountMinor }, { token })).body);
}

async function watch(hub: TestHub, socket: Socket, topic: string) {
  const events: FeedEvent[] = [];
  socket.on('event', (event: FeedEvent) => {
    if (event.topic === topic) events.push(event);
  });
  const ack = ok(await hub.call(socket, 'watch', { topic })) as WatchAck;
  return { events, ack };
}

const bet = (hub: TestHub, socket: Socket, marketId: string, idempotencyKey: string = randomUUID()) =>
  hub.call(socket, 'markets.placeBet', { marketId, outcome: 'YES', stakeMinor: '2000' }, { idempotencyKey });

test('a bet on one node moves the market and the wallet on the other, with no Redis between them', async () => {
  await using one = await startTestHub();
  await using two = await startTestHub({ database: one.database });
  const [market, bettor] = [await openMarket(one), await one.bettor()];
  await fund(one, bettor, '10000');
  const [here, there] = [
    await one.connect({ token: bettor.token }),
    await two.connect({ token: bettor.token }),
  ];
  const state = await watch(two, there, `markets/${market.id}`);
  const wallet = await watch(two, there, `wallet/${bettor.account.id}`);
  expect(state.ack).toMatchObject({ kind: 'state', snapshot: { pools: { YES: '0', NO: '0' } } });
  const placed = ok(await bet(one, here, market.id));
  expect(placed).toMatchObject({ balanceMinor: '8000', pools: { YES: '2000', NO: '0' } });
  await probe(() => state.events.length > 0);
  expect(state.events.at(-1)).toMatchObject({ type: 'state', data: { pools: { YES: '2000', NO: '0' } } });
  expect(state.events.at(-1)?.seq).toBeGreaterThan(state.ack.seq);
  const stake = { purpose: 'stake', amountMinor: '-2000', balanceMinor: '8000' };
  // Before it there may be the funding, if that was still on its way when the watch began.
  const last = await probe(() =>
    wallet.events.find(({ data }) => (data as typeof stake).purpose === 'stake'),
  );
  expect(last).toMatchObject({ type: 'moved', data: stake });
});

test('who may do what: the door in front of every procedure', async () => {
  await using hub = await startTestHub();
  const [market, bettor, admin] = [await openMarket(hub), await hub.bettor(), await hub.admin()];
  const regulator = await hub.account('regulator');
  const stake = { marketId: market.id, outcome: 'YES', stakeMinor: '2000' };
  const idempotent = (credentials: object) => ({
    ...credentials,
    headers: { 'idempotency-key': randomUUID() },
  });
  const code = async (name: string, input: object, options: object = {}) =>
    refused((await hub.http(name, input, options)).body).code;
  const opening = { question: 'May I?', closesAt: '2099-01-01' };
  const funding = { accountId: bettor.account.id, amountMinor: '1' };
  expect(await code('markets.open', opening)).toBe('UNAUTHENTICATED');
  expect(await code('markets.open', opening, { token: bettor.token })).toBe('FORBIDDEN');
  expect(await code('wallet.fund', funding)).toBe('UNAUTHENTICATED');
  expect(await code('wallet.fund', funding, { token: bettor.token })).toBe('FORBIDDEN');
  expect(await code('wallet.get', {}, { token: regulator.token })).toBe('FORBIDDEN');
  expect(await code('markets.get', { id: market.id })).toBe('UNAUTHENTICATED');
  expect(await code('markets.placeBet', stake, idempotent({}))).toBe('UNAUTHENTICATED');
  expect(await code('markets.placeBet', stake, idempotent({ token: admin.token }))).toBe('FORBIDDEN');
  expect(await code('markets.placeBet', stake, { token: bettor.token })).toBe('INVALID_INPUT');
  const wrong = await hub.http(
    'markets.placeBet',
    { marketId: '', outcome: 'MAYBE', stakeMinor: '1.5' },
    idempotent({ token: bettor.token }),
  );
  expect(
    refused(wrong.body)
      .details?.map(({ path }) => path)
      .toSorted(),
  ).toEqual(['marketId', 'outcome', 'stakeMinor']);
  const key = await hub.operatorKey();
  expect(await code('markets.list', {}, { apiKey: key.apiKey })).toBe('FORBIDDEN');
  const poor = await hub.http('markets.placeBet', stake, idempotent({ token: bettor.token }));
  expect([poor.status, refused(poor.body).code]).toEqual([422, 'INSUFFICIENT_FUNDS']);
  const stranger = await hub.connect({ token: (await hub.bettor()).token });
  const topic = `wallet/${bettor.account.id}`;
  expect(['FORBIDDEN', 'NOT_FOUND']).toContain(refused(await hub.call(stranger, 'watch', { topic })).code);
});

test('from the acknowledged exclusion on every bet is EXCLUDED, on both nodes', async () => {
  await using one = await startTestHub();
  await using two = await startTestHub({ database: one.database });
  const market = await openMarket(one);
  for (let round = 0; round < 4; round++) {
    const person = newPerson();
    const bettor = await one.bettor([person.byPhone, person.byNationalId]);
    await fund(one, bettor);
    const nodes = [one, two];
    const sockets = await Promise.all(nodes.map((hub) => hub.connect({ token: bettor.token })));
    let isAcknowledged = false;
    const lateAnswers: string[] = [];
    let early = 0;
    const keepBetting = async (hub: TestHub, socket: Socket) => {
      while (lateAnswers.length < 20) {
        const sentAfter = isAcknowledged;
        const answer = await bet(hub, socket, market.id);
        if (sentAfter) lateAnswers.push(answer.ok ? 'PLACED' : answer.error.code);
        else if (answer.ok) early++;
      }
    };
    const betters = nodes.flatMap((hub, i) => {
      const socket = sockets[i];
      return socket ? [keepBetting(hub, socket), keepBetting(hub, socket)] : [];
    });
    await probe(() => early > 3);
    const { token } = await one.admin();
    const registration = { identifiers: [person.byPhone], period: '24h', source: 'person' };
    const node = nodes[round % 2] ?? one;
    ok((await node.http('exclusions.register', registration, { token })).body);
    isAcknowledged = true;
    await Promise.all(betters);
    expect(new Set(lateAnswers)).toEqual(new Set(['EXCLUDED']));
  }
});

test('fifty bettors at once, each told the identical answer when they repeat', async () => {
  await using hub = await startTestHub();
  const market = await openMarket(hub);
  const bettors = await Promise.all(Array.from({ length: 10 }, () => hub.bettor()));
  await Promise.all(bettors.map((bettor) => fund(hub, bettor)));
  const sockets = await Promise.all(bettors.map((bettor) => hub.connect({ token: bettor.token })));
  const keys = Array.from({ length: 50 }, (_, i) => `bet-${i}`);
  const all = () =>
    Promise.all(
      keys.map((key, i) => {
        const socket = sockets[i % sockets.length];
        if (!socket) throw new Error('no socket');
        return bet(hub, socket, market.id, key);
      }),
    );
  const first = (await all()).map(ok);
  const again = (await all()).map(ok);
  expect(again.map((answer) => JSON.stringify(answer))).toEqual(
    first.map((answer) => JSON.stringify(answer)),
  );
  const after = ok(await hub.call(sockets[0] as Socket, 'markets.get', { id: market.id }));
  expect(after.pools).toEqual({ YES: '100000', NO: '0' });
});
