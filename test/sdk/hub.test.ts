import { connect, type Hub, type HubError, isDeclared } from '@kinga/client-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '../support/database.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { probe } from '../support/probe.ts';
import { promptly } from '../support/promptly.ts';

let node: TestHub;
beforeAll(async () => {
  node = await startTestHub();
});
afterAll(() => node?.[Symbol.asyncDispose]());

let digits = 33_000_000;
const nationalId = () => ({ type: 'nationalId' as const, value: String(digits++) });

async function register(hub: Hub, identifier = nationalId()): Promise<number> {
  return (await hub.exclusions.register({ identifiers: [identifier], period: '7d', source: 'court' })).seq;
}

test('lookups of one tick get each their own answer from the hub, a malformed one its own error', async () => {
  const { apiKey } = await node.operatorKey();
  const { token } = await node.admin();
  await using admin = await connect({ url: node.url, token });
  await using operator = await connect({ url: node.url, apiKey });
  const excluded = nationalId();
  await register(admin, excluded);
  const people = Array.from({ length: 300 }, (_, index) => (index % 100 === 7 ? excluded : nationalId()));
  const bad = operator.exclusions.lookup({ identifiers: [{ type: 'phone', value: '0712' }], purpose: 'bet' });
  const [answers, failed] = await Promise.all([
    Promise.all(
      people.map((person) => operator.exclusions.lookup({ identifiers: [person], purpose: 'bet' })),
    ),
    bad.catch((error: HubError) => error),
  ]);
  expect(answers.map((answer) => answer.status)).toEqual(
    people.map((person) => (person === excluded ? 'EXCLUDED' : 'CLEAR')),
  );
  expect(new Set(answers.map((answer) => answer.checkId)).size).toBe(300);
  expect(failed).toMatchObject({ code: 'INVALID_INPUT', details: [{ path: 'identifiers[0].value' }] });
});

test('a lookup the contract refuses by its shape does not take its neighbours along', async () => {
  const { apiKey } = await node.operatorKey();
  await using operator = await connect({ url: node.url, apiKey });
  const outcomes = await Promise.allSettled(
    (['bet', 'gift', 'login'] as ('bet' | 'login')[]).map((purpose) =>
      operator.exclusions.lookup({ identifiers: [nationalId()], purpose }),
    ),
  );
  expect(outcomes).toMatchObject([
    { status: 'fulfilled' },
    { status: 'rejected', reason: { code: 'INVALID_INPUT', details: [{ path: 'purpose' }] } },
    { status: 'fulfilled' },
  ]);
});

test('a watch goes through a restart of the hub: each event once, in order; calls wait for it', async () => {
  await using database = await createTestDatabase();
  await using first = await startTestHub({ database });
  const { token } = await first.admin();
  const { apiKey } = await first.operatorKey();
  // As long as a hub may take to start.
  const options = { url: first.url, reconnect: { minMs: 20, maxMs: 100 }, deadlineMs: 40_000 };
  await using admin = await connect({ ...options, token });
  await using operator = await connect({ ...options, apiKey });
  const watch = operator.watch('exclusions/changes');
  await probe(() => watch.position);
  const byes: string[] = [];
  operator.on('bye', (bye) => byes.push(bye.code));

  const seqs = [await register(admin), await register(admin)];
  await first.stop();
  await probe(() => operator.state === 'reconnecting');
  const answer = operator.exclusions.lookup({ identifiers: [nationalId()], purpose: 'bet' });
  await using _second = await startTestHub({ database, env: { PORT: String(first.port) } });
  for (let count = 0; count < 3; count += 1) seqs.push(await register(admin));

  const seen: number[] = [];
  for await (const item of watch) {
    expect(item.kind).toBe('event');
    seen.push(item.seq);
    if (seen.length === seqs.length) break;
  }
  expect(seen).toEqual(seqs);
  await expect(answer).resolves.toMatchObject({ status: 'CLEAR' });
  expect(byes).toEqual(['DRAINING']);
});

test('a revoked key is told within a second, for good', async () => {
  const { apiKey, keyId } = await node.operatorKey();
  const { token } = await node.admin();
  await using admin = await connect({ url: node.url, token });
  await using operator = await connect({ url: node.url, apiKey });
  const watch = operator.watch('exclusions/changes');
  await probe(() => watch.position);
  await admin.operators.revokeKey({ keyId });
  await promptly(() => operator.state === 'closed', { ms: 1_000, what: 'the end of the connection' });
  await expect(watch.next()).rejects.toMatchObject({ code: 'REVOKED' });
  await expect(connect({ url: node.url, apiKey })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('a state begins with a snapshot and follows; a declared refusal narrows to its code', async () => {
  const person = nationalId();
  const bettor = await node.bettor([person]);
  const { token } = await node.admin();
  await using admin = await connect({ url: node.url, token });
  await using hub = await connect({ url: node.url, token: async () => bettor.token });
  const { id } = await admin.markets.open({ question: 'Will it rain?', closesAt: '2099-01-01' });
  await admin.wallet.fund({ accountId: bettor.account.id, amountMinor: '10000' });
  await using watch = hub.watch(`markets/${id}`);
  await expect(watch.next()).resolves.toMatchObject({ value: { kind: 'snapshot', snapshot: { id } } });

  const bet = { marketId: id, outcome: 'YES', stakeMinor: '2500' } as const;
  const key = crypto.randomUUID();
  const placed = await hub.markets.placeBet(bet, { idempotencyKey: key });
  await expect(hub.markets.placeBet(bet, { idempotencyKey: key })).resolves.toEqual(placed);
  await expect(watch.next()).resolves.toMatchObject({
    value: { kind: 'event', data: { pools: { YES: '2500' } } },
  });

  await register(admin, person);
  const refused = await hub.markets
    .placeBet(bet, { idempotencyKey: crypto.randomUUID() })
    .catch((error: unknown) => error);
  expect(isDeclared(refused, 'markets.placeBet', 'EXCLUDED')).toBe(true);
});

test('what one may not watch or call is refused in words a program understands', async () => {
  const bettor = await node.bettor();
  await using hub = await connect({ url: node.url, token: bettor.token });
  await expect(hub.watch('wallet/somebody-else').next()).rejects.toMatchObject({
    procedure: 'watch',
    retry: false,
  });
  await expect(hub.watch('monitoring/live').next()).rejects.toMatchObject({ retry: false });
  await expect(hub.operators.list()).rejects.toMatchObject({
    code: 'FORBIDDEN',
    procedure: 'operators.list',
  });
  await expect(connect({ url: node.url, token: 'not.a.token' })).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
  });
  await using anonymous = await connect({ url: node.url });
  const login = anonymous.identity.login({ email: bettor.email, password: 'wrong' });
  await expect(login).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('a thousand registrations read slowly arrive complete, in order, in a small buffer', async () => {
  const { apiKey } = await node.operatorKey();
  const { token } = await node.admin();
  // So many at once are not written within the time of one call on a busy machine.
  await using admin = await connect({ url: node.url, token, deadlineMs: 40_000 });
  await using operator = await connect({ url: node.url, apiKey });
  const from = await probe(async () => {
    await using start = operator.watch('exclusions/changes');
    return await probe(() => start.position);
  });
  await using watch = operator.watch('exclusions/changes', { from, bufferItems: 20 });
  const registered = Array.from({ length: 1_000 }, () => register(admin));
  const last = Math.max(...(await Promise.all(registered)));
  const seen: number[] = [];
  for await (const item of watch) {
    seen.push(item.seq);
    if (item.seq === last) break;
  }
  expect(seen).toEqual(Array.from({ length: last - from.seq }, (_, index) => from.seq + 1 + index));
});
