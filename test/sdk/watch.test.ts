import { connect, type WatchItem } from '@kinga/client-sdk';
import { expect, test } from 'vitest';
import { probe } from '../support/probe.ts';
import { LogServer, TOPIC, take, type WatchInput } from './log-server.ts';
import { WireServer } from './wire-server.ts';

const reconnect = { minMs: 10, maxMs: 20 };
const at = '2026-11-20T09:00:00.000Z';

const seqs = (items: WatchItem<typeof TOPIC>[]) => items.map((item) => item.seq);

test('a watch resumes after a killed connection: each event once, in order', async () => {
  await using wire = await WireServer.start();
  const log = new LogServer(wire, 3);
  await using hub = await connect({ url: wire.url, reconnect });
  await using watch = hub.watch(TOPIC, { from: { epoch: 'e1', seq: 0 } });
  expect(seqs(await take(watch, 3))).toEqual([1, 2, 3]);
  wire.kill();
  log.head = 6;
  expect(seqs(await take(watch, 3))).toEqual([4, 5, 6]);
  log.append();
  expect(seqs(await take(watch, 1))).toEqual([7]);
  expect(wire.of('watch').map((call) => (call.input as WatchInput).from?.seq)).toEqual([0, 3]);
});

test('a connection killed in the middle of a replay loses and repeats nothing', async () => {
  await using wire = await WireServer.start();
  const log = new LogServer(wire, 40);
  log.burst = 7;
  await using hub = await connect({ url: wire.url, reconnect });
  await using watch = hub.watch(TOPIC, { from: { epoch: 'e1', seq: 0 } });
  const seen: number[] = [];
  while (seen.length < 40) {
    seen.push(...seqs(await take(watch, Math.min(7, 40 - seen.length))));
    if (seen.length < 40) wire.kill();
  }
  expect(seen).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
});

test('a watch without a position begins now', async () => {
  await using wire = await WireServer.start();
  const log = new LogServer(wire, 5);
  await using hub = await connect({ url: wire.url });
  await using watch = hub.watch(TOPIC);
  await probe(() => watch.position?.seq === 5);
  log.append();
  expect(seqs(await take(watch, 1))).toEqual([6]);
  expect(watch.position).toEqual({ epoch: 'e1', seq: 6 });
});

test('a gap is closed by watching again from before it', async () => {
  await using wire = await WireServer.start();
  const log = new LogServer(wire, 0);
  await using hub = await connect({ url: wire.url });
  await using watch = hub.watch(TOPIC);
  await probe(() => watch.position);
  log.head = 2;
  log.append();
  expect(seqs(await take(watch, 3))).toEqual([1, 2, 3]);
});

test('a heartbeat that is ahead reveals a lost event, and renews the freshness', async () => {
  await using wire = await WireServer.start();
  const log = new LogServer(wire, 0);
  await using hub = await connect({ url: wire.url });
  await using watch = hub.watch(TOPIC);
  await probe(() => watch.position);
  log.head = 1;
  wire.emit('heartbeat', { at, heads: { [TOPIC]: { epoch: 'e1', seq: 1, asOf: at } } });
  expect(seqs(await take(watch, 1))).toEqual([1]);
  expect(watch.asOf).toBe(at);
});

test('lost continuity is told: another epoch after a reconnect, a reset from the hub', async () => {
  await using wire = await WireServer.start();
  const log = new LogServer(wire, 3);
  await using hub = await connect({ url: wire.url, reconnect });
  await using watch = hub.watch(TOPIC, { from: { epoch: 'e1', seq: 3 } });
  await probe(() => wire.of('watch').length === 1);
  wire.kill();
  log.epoch = 'e2';
  log.head = 10;
  expect(await take(watch, 1)).toEqual([
    { kind: 'reset', topic: TOPIC, epoch: 'e2', seq: 10, reason: 'NOT_RESUMABLE' },
  ]);
  log.append();
  expect(seqs(await take(watch, 1))).toEqual([11]);
  log.epoch = 'e3';
  wire.emit('reset', { topic: TOPIC, epoch: 'e3', seq: 4, reason: 'RESTORED' });
  expect(await take(watch, 1)).toMatchObject([{ kind: 'reset', epoch: 'e3', seq: 4, reason: 'RESTORED' }]);
});

test('a slow reader holds a bounded buffer and still gets every event', async () => {
  await using wire = await WireServer.start();
  new LogServer(wire, 500);
  await using hub = await connect({ url: wire.url });
  await using watch = hub.watch(TOPIC, { from: { epoch: 'e1', seq: 0 }, bufferItems: 50 });
  await probe(() => wire.of('unwatch').length === 1);
  expect(seqs(await take(watch, 500))).toEqual(Array.from({ length: 500 }, (_, index) => index + 1));
});

test('of a state only the latest waits for a slow reader', async () => {
  await using wire = await WireServer.start();
  const frame = (seq: number) => ({
    topic: 'monitoring/live',
    epoch: 'e1',
    seq,
    at,
    type: 'state',
    data: { seq },
  });
  wire.answer('watch', {
    topic: 'monitoring/live',
    kind: 'state',
    epoch: 'e1',
    seq: 1,
    resumed: false,
    snapshot: { seq: 1 },
  });
  await using hub = await connect({ url: wire.url });
  await using watch = hub.watch('monitoring/live');
  expect(await take(watch, 1)).toMatchObject([{ kind: 'snapshot', snapshot: { seq: 1 } }]);
  for (const seq of [2, 5, 4, 9]) wire.emit('event', frame(seq));
  wire.answer('identity.me', {});
  await hub.identity.me();
  expect(await take(watch, 1)).toMatchObject([{ kind: 'event', seq: 9, data: { seq: 9 } }]);
});

test('two watches of one topic share it; the last one to end unwatches', async () => {
  await using wire = await WireServer.start();
  const log = new LogServer(wire, 3);
  await using hub = await connect({ url: wire.url });
  const first = hub.watch(TOPIC, { from: { epoch: 'e1', seq: 2 } });
  expect(seqs(await take(first, 1))).toEqual([3]);
  const second = hub.watch(TOPIC, { from: { epoch: 'e1', seq: 0 } });
  expect(seqs(await take(second, 3))).toEqual([1, 2, 3]);
  const third = hub.watch(TOPIC);
  await probe(() => third.position);
  log.append();
  for (const watch of [first, second, third]) expect(seqs(await take(watch, 1))).toEqual([4]);
  await first.close();
  await second.close();
  expect(wire.of('unwatch')).toEqual([]);
  await third.close();
  await probe(() => wire.of('unwatch').length === 1);
});

test('break, an abort and closing the hub end a watch', async () => {
  await using wire = await WireServer.start();
  new LogServer(wire, 3);
  const hub = await connect({ url: wire.url });
  for await (const item of hub.watch(TOPIC, { from: { epoch: 'e1', seq: 0 } })) if (item.seq === 2) break;
  await probe(() => wire.of('unwatch').length === 1);
  const controller = new AbortController();
  const aborted = hub.watch(TOPIC, { signal: controller.signal });
  controller.abort();
  await expect(aborted.next()).resolves.toEqual({ done: true, value: undefined });
  const open = hub.watch(TOPIC);
  const pending = open.next();
  await hub.close();
  await expect(pending).resolves.toEqual({ done: true, value: undefined });
  await expect(hub.watch(TOPIC).next()).resolves.toEqual({ done: true, value: undefined });
});

test('a topic one may not watch throws in the loop; a busy hub is asked again', async () => {
  await using wire = await WireServer.start();
  wire.on('watch', ({ answer }) =>
    answer({ ok: false, error: { code: 'NOT_FOUND', message: 'no', requestId: 'r' } }),
  );
  await using hub = await connect({ url: wire.url });
  await expect(hub.watch('wallet/other').next()).rejects.toMatchObject({
    code: 'NOT_FOUND',
    procedure: 'watch',
  });
  let asked = 0;
  wire.on('watch', ({ answer }) => {
    asked += 1;
    if (asked === 1)
      answer({ ok: false, error: { code: 'UNAVAILABLE', message: 'not yet', requestId: 'r' } });
    else answer({ ok: true, data: { topic: TOPIC, kind: 'log', epoch: 'e1', seq: 7, resumed: false } });
  });
  const watch = hub.watch(TOPIC);
  await probe(() => watch.position?.seq === 7);
});
