import { waitingPackets } from '@kinga/server/platform/feed/socket-meter.ts';
import { describe, expect, it } from 'vitest';
import type { TestDatabase } from '../support/database.ts';
import { probe } from '../support/probe.ts';
import { type FeedNode, startFeedNode } from './support/node.ts';
import { checkLog, connectPlain, readAgain, stopReading } from './support/plain-client.ts';
import { append, createFeedDatabase, headOf, range } from './support/topics.ts';

const TOPIC = 'counted/a';
const PADDING = 'x'.repeat(4_000);

async function write(database: TestDatabase, numbers: readonly number[]): Promise<void> {
  await append(database, TOPIC, numbers, PADDING);
}

/** What the kernel takes for a reader that does not read is out of sight: fill it until bytes stay here. */
async function fillKernel(database: TestDatabase, node: FeedNode, index: number): Promise<number> {
  const conn = await probe(() => node.sockets[index]?.conn);
  let last = (await headOf(database, TOPIC)).seq;
  for (let i = 0; i < 200 && conn.request.socket.writableLength === 0; i++) {
    await write(database, range(last + 1, last + 100));
    last += 100;
    await probe(async () => (await headOf(database, TOPIC)).seq === last);
  }
  return last;
}

describe('slow consumers', () => {
  it('over the limit of unread events: told bye and closed, while a fast one goes on', async () => {
    await using database = await createFeedDatabase();
    await using node = await startFeedNode(database);
    using slow = await connectPlain(node.url);
    using fast = await connectPlain(node.url);
    await slow.watched(TOPIC);
    await fast.watched(TOPIC);
    stopReading(slow);
    let last = await fillKernel(database, node, 0);
    for (let i = 0; i < 4; i++) {
      await write(database, range(last + 1, last + 100));
      last += 100;
    }
    await probe(() => node.feed.watchers(TOPIC) === 1);
    readAgain(slow);
    await probe(() => slow.disconnects.length === 1);
    checkLog(slow, TOPIC, [undefined]);
    expect(slow.byes).toEqual([{ code: 'SLOW_CONSUMER', message: expect.any(String) }]);
    expect(slow.disconnects).toEqual(['transport close']);
    await write(database, [last + 1]);
    await probe(() => fast.seqs(TOPIC).at(-1) === last + 1);
    checkLog(fast, TOPIC, [undefined]);
    expect(fast.byes).toEqual([]);
    expect(await slowConsumers(node)).toBe(1);
  });

  it('unread events that do not move for the time limit: closed, however few they are', async () => {
    await using database = await createFeedDatabase();
    await using node = await startFeedNode(database, {
      limits: { unreadEventMs: 1_000, unreadEventBytes: 1_000_000_000 },
    });
    using slow = await connectPlain(node.url);
    await slow.watched(TOPIC);
    stopReading(slow);
    await fillKernel(database, node, 0);
    await probe(() => node.feed.watchers(TOPIC) === 0);
    expect(await slowConsumers(node)).toBe(1);
    readAgain(slow);
    await probe(() => slow.disconnects.length === 1);
  });

  it('answers do not count: a reader who lets them lie is not closed for the few events behind them', async () => {
    await using database = await createFeedDatabase();
    await using node = await startFeedNode(database, { limits: { unreadEventBytes: 100_000 } });
    using client = await connectPlain(node.url);
    await client.watched(TOPIC);
    const server = await probe(() => node.sockets[0]);
    stopReading(client);
    for (let i = 0; i < 200; i++) server.emit('answer', 'x'.repeat(200_000));
    await probe(() => server.conn.request.socket.writableLength > 0);
    await write(database, range(1, 10));
    await probe(() => waitingPackets(server.conn).length >= 10);
    // Several looks of the guard later it is still there.
    const startedMs = performance.now();
    await probe(() => performance.now() - startedMs > 1_000);
    expect(node.feed.watchers(TOPIC)).toBe(1);
    readAgain(client);
    await probe(() => client.seqs(TOPIC).length === 10);
    expect(client.byes).toEqual([]);
  });

  it('but nobody may fill the memory with answers: closed, also without watching anything', async () => {
    await using database = await createFeedDatabase();
    await using node = await startFeedNode(database);
    using client = await connectPlain(node.url);
    const server = await probe(() => node.sockets[0]);
    stopReading(client);
    for (let i = 0; i < 400; i++) server.emit('answer', 'x'.repeat(200_000));
    await probe(() => !server.connected);
    expect(await slowConsumers(node)).toBe(1);
    await probe(() => waitingPackets(server.conn).length === 0);
  });

  it('a replay far over the limit is paced, not punished: all of it arrives, then live', async () => {
    await using database = await createFeedDatabase();
    await using node = await startFeedNode(database, {
      limits: { unreadEventBytes: 400_000, unreadEventMs: 700 },
    });
    for (let n = 0; n < 3_000; n += 500) await write(database, range(n + 1, n + 500));
    await probe(async () => (await headOf(database, TOPIC)).seq === 3_000);
    const { epoch } = await headOf(database, TOPIC);
    using client = await connectPlain(node.url);
    await client.watched(TOPIC, { epoch, seq: 0 });
    const conn = (await probe(() => node.sockets[0])).conn;
    stopReading(client);
    const startedMs = performance.now();
    let most = 0;
    await probe(() => {
      most = Math.max(most, conn.request.socket.writableLength);
      return performance.now() - startedMs > 1_500;
    });
    expect(most).toBeLessThan(600_000);
    readAgain(client);
    await write(database, [3_001]);
    await probe(() => client.seqs(TOPIC).at(-1) === 3_001);
    expect(client.seqs(TOPIC)).toEqual(range(1, 3_001));
    expect(client.byes).toEqual([]);
  });

  it('a burst that a fast reader had no chance to take yet is not held against it', async () => {
    await using database = await createFeedDatabase();
    await using node = await startFeedNode(database);
    using client = await connectPlain(node.url);
    await client.watched(TOPIC);
    await write(database, range(1, 2_000));
    await probe(() => client.seqs(TOPIC).length === 2_000);
    checkLog(client, TOPIC, [undefined]);
    expect(client.byes).toEqual([]);
  });
});

async function slowConsumers(node: FeedNode): Promise<number> {
  const metric = await node.platform.metrics.registry
    .getSingleMetric('kinga_feed_slow_consumers_total')
    ?.get();
  return metric?.values[0]?.value ?? 0;
}
