import type { FeedEvent, WatchAck } from '@kinga/shared/contract/wire.ts';
import { type Live, live } from '@kinga/shared/monitoring/contract.ts';
import { expect, test } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { probe } from '../support/probe.ts';

const TOPIC = { topic: 'monitoring/live' };

async function watchLive(hub: TestHub, token: string) {
  const socket = await hub.connect({ token });
  const frames: { seq: number; state: Live; heardMs: number }[] = [];
  socket.on('event', (event: FeedEvent) =>
    frames.push({ seq: event.seq, state: live.parse(event.data), heardMs: performance.now() }),
  );
  const ack = ok(await hub.call(socket, 'watch', TOPIC)) as WatchAck;
  return { frames, ack };
}

test('an administrator sees the sockets of every node, once a second, versions rising', async () => {
  await using one = await startTestHub();
  await using two = await startTestHub({ database: one.database });
  const { token } = await one.admin();
  const { frames, ack } = await watchLive(one, token);
  expect(ack.kind).toBe('state');
  live.parse(ack.snapshot);
  const bettor = await one.bettor();
  await one.connect({ token: bettor.token });
  await two.connect({ token: bettor.token });
  await two.connect();
  await probe(() => frames.some(({ state }) => state.sockets.bettor === 2 && state.sockets.anonymous === 1));
  const seen = frames.at(-1);
  expect(seen?.state.nodes.map((node) => node.node).sort()).toEqual([one.node, two.node].sort());
  const from = frames.length;
  await probe(() => frames.length >= from + 4);
  const recent = frames.slice(from);
  for (const [i, frame] of recent.entries()) {
    const before = recent[i - 1];
    if (before) expect(frame.seq).toBeGreaterThan(before.seq);
  }
  const spanMs = (recent.at(-1)?.heardMs ?? 0) - (recent[0]?.heardMs ?? 0);
  expect(spanMs / (recent.length - 1)).toBeGreaterThan(500);
});

test('lookups appear in the figures, with their percentiles and the share of hits', async () => {
  await using hub = await startTestHub();
  const { token } = await hub.admin();
  const { frames } = await watchLive(hub, token);
  const excluded = { type: 'nationalId', value: '31415926' };
  const register = { identifiers: [excluded], period: '7d', source: 'person' };
  ok((await hub.http('exclusions.register', register, { token })).body);
  const machine = await hub.connect({ apiKey: (await hub.operatorKey()).apiKey });
  const clear = { type: 'nationalId', value: '27182818' };
  const figures = await probe(async () => {
    for (const identifier of [excluded, clear]) {
      ok(await hub.call(machine, 'exclusions.lookup', { identifiers: [identifier], purpose: 'bet' }));
    }
    const state = frames.at(-1)?.state;
    // A second may end between the two of a pair: only one with several pairs has half of them hits.
    return state && state.lookupsPerSecond > 5 && state.lookupP50Ms !== null ? state : undefined;
  });
  expect(figures.lookupsPerSecond).toBeGreaterThan(0);
  expect(figures.hitRate).toBeGreaterThan(0.2);
  expect(figures.hitRate).toBeLessThan(0.8);
  expect(figures.lookupP99Ms).toBeGreaterThanOrEqual(figures.lookupP50Ms ?? Number.POSITIVE_INFINITY);
  expect(figures.nodes[0]).toMatchObject({ replicaSeq: 1, replicaPeople: 1, ready: true });
});

test('only administrators and regulators see it', async () => {
  await using hub = await startTestHub();
  const bettor = await hub.connect({ token: (await hub.bettor()).token });
  expect(refused(await hub.call(bettor, 'watch', TOPIC)).code).toBe('FORBIDDEN');
  const machine = await hub.connect({ apiKey: (await hub.operatorKey()).apiKey });
  expect(refused(await hub.call(machine, 'watch', TOPIC)).code).toBe('FORBIDDEN');
  const anonymous = await hub.connect();
  expect(refused(await hub.call(anonymous, 'watch', TOPIC)).code).toBe('UNAUTHENTICATED');
  const regulator = await hub.account('regulator');
  expect((await watchLive(hub, regulator.token)).ack.kind).toBe('state');
});
