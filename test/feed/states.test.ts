import { waitingPackets } from '@kinga/server/platform/feed/socket-meter.ts';
import { describe, expect, it } from 'vitest';
import { probe } from '../support/probe.ts';
import { ranMs } from '../support/promptly.ts';
import { describeWithRedisServer, startRedis } from '../support/redis.ts';
import { startFeedNode } from './support/node.ts';
import { connectPlain, type PlainClient, readAgain, stopReading } from './support/plain-client.ts';
import { createFeedDatabase, frameOf, headOf, range, writeBoard } from './support/topics.ts';

const TOPIC = 'board/a';

const allWithinASecond = (tookMs: readonly number[]) => {
  expect(Math.max(...tookMs)).toBeLessThan(1_000);
};

const rising = (client: PlainClient) => {
  const seqs = client.seqs(TOPIC);
  expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
};

describe('watching a state', () => {
  it('the ack carries the whole state and its version, later ones come as events', async () => {
    await using database = await createFeedDatabase();
    await using node = await startFeedNode(database);
    await writeBoard(database, TOPIC, 3, 'x');
    const { epoch } = await headOf(database, TOPIC);
    using client = await connectPlain(node.url);
    const snapshot = { n: 3, padding: 'x' };
    expect(await client.watched(TOPIC)).toEqual({
      topic: TOPIC,
      kind: 'state',
      epoch,
      seq: 3,
      snapshot,
      resumed: false,
    });
    node.feed.publishState(TOPIC, frameOf(5));
    node.feed.publishState(TOPIC, frameOf(4));
    node.feed.publishState(TOPIC, frameOf(5));
    node.feed.publishState(TOPIC, frameOf(6));
    await probe(() => client.seqs(TOPIC).at(-1) === 6);
    expect(client.seqs(TOPIC)).toEqual([5, 6]);
    expect(client.events(TOPIC)[0]).toMatchObject({ topic: TOPIC, epoch, type: 'state', data: { n: 5 } });
  });

  it('resumed: the latest once if it is newer, nothing if it is not', async () => {
    await using database = await createFeedDatabase();
    await using node = await startFeedNode(database);
    await writeBoard(database, TOPIC, 3);
    const { epoch } = await headOf(database, TOPIC);
    using client = await connectPlain(node.url);
    expect(await client.watched(TOPIC, { epoch, seq: 2 })).toMatchObject({ seq: 3, resumed: true });
    await probe(() => client.seqs(TOPIC).length === 1);
    expect(await client.watched(TOPIC, { epoch, seq: 3 })).toMatchObject({ seq: 3, resumed: true });
    expect(await client.watched(TOPIC, { epoch, seq: 4 })).toMatchObject({ seq: 3, resumed: false });
    expect(await client.watched(TOPIC, { epoch: 'other', seq: 3 })).toMatchObject({ seq: 3, resumed: false });
    node.feed.publishState(TOPIC, frameOf(4));
    await probe(() => client.seqs(TOPIC).length === 2);
    expect(client.seqs(TOPIC)).toEqual([3, 4]);
    await client.unwatch(TOPIC);
    node.feed.publishState(TOPIC, frameOf(5));
    await client.socket.emitWithAck('ping', {});
    expect(client.seqs(TOPIC)).toEqual([3, 4]);
  });

  it('without Redis the latest arrives on every node within a second', async () => {
    await using database = await createFeedDatabase();
    await using one = await startFeedNode(database);
    await using two = await startFeedNode(database);
    await writeBoard(database, TOPIC, 1);
    await writeBoard(database, 'board/b', 1);
    using client = await connectPlain(two.url);
    await client.watched(TOPIC);
    await client.watched('board/b');
    const tookMs: number[] = [];
    for (const version of range(2, 5)) {
      await writeBoard(database, TOPIC, version);
      one.feed.publishState(TOPIC, frameOf(version));
      const publishedAt = ranMs();
      await probe(() => client.seqs(TOPIC).at(-1) === version);
      tookMs.push(ranMs() - publishedAt);
    }
    allWithinASecond(tookMs);
    rising(client);
    expect(client.events('board/b')).toEqual([]);
  });

  it('a socket that does not read gets no queue of frames, and the latest when it reads again', async () => {
    await using database = await createFeedDatabase();
    await using node = await startFeedNode(database);
    await writeBoard(database, TOPIC, 1);
    using slow = await connectPlain(node.url);
    using fast = await connectPlain(node.url);
    await slow.watched(TOPIC);
    await fast.watched(TOPIC);
    const conn = (await probe(() => node.sockets[0])).conn;
    stopReading(slow);
    const padding = 'x'.repeat(100_000);
    let version = 1;
    const turn = async () => {
      node.feed.publishState(TOPIC, frameOf(++version, padding));
      await probe(() => fast.seqs(TOPIC).at(-1) === version);
    };
    // First what the kernel takes, then well beyond what may wait here.
    while (conn.request.socket.writableLength === 0) await turn();
    for (let i = 0; i < 60; i++) await turn();
    expect(waitingPackets(conn).length).toBeLessThan(30);
    await writeBoard(database, TOPIC, version, padding);
    readAgain(slow);
    await probe(() => slow.seqs(TOPIC).at(-1) === version);
    expect(slow.seqs(TOPIC).length).toBeLessThan(fast.seqs(TOPIC).length);
    rising(slow);
    node.feed.publishState(TOPIC, frameOf(++version));
    await probe(() => slow.seqs(TOPIC).at(-1) === version);
    expect(slow.byes).toEqual([]);
  });
});

describeWithRedisServer('states between nodes (redis-server)', () => {
  it('travel at once, only rise, and keep arriving within a second while Redis is killed, hung and back', async () => {
    await using redis = await startRedis();
    await using database = await createFeedDatabase();
    await writeBoard(database, TOPIC, 0);
    await using one = await startFeedNode(database, { redisUrl: redis.url });
    await using two = await startFeedNode(database, { redisUrl: redis.url });
    using client = await connectPlain(two.url);
    await client.watched(TOPIC);
    let version = 0;
    // Not in the table: only Redis can bring it.
    await probe(() => {
      one.feed.publishState(TOPIC, frameOf(++version));
      return client.seqs(TOPIC).length > 0;
    });
    const tookMs: number[] = [];
    const arrives = async () => {
      await writeBoard(database, TOPIC, ++version);
      one.feed.publishState(TOPIC, frameOf(version));
      const publishedAt = ranMs();
      await probe(() => client.seqs(TOPIC).at(-1) === version);
      tookMs.push(ranMs() - publishedAt);
    };
    for (let i = 0; i < 10; i++) await arrives();
    await redis.kill();
    for (let i = 0; i < 5; i++) await arrives();
    await redis.start();
    for (let i = 0; i < 5; i++) await arrives();
    redis.freeze();
    for (let i = 0; i < 5; i++) await arrives();
    allWithinASecond(tookMs);
    redis.thaw();
    const frozenAt = version;
    await probe(() => {
      one.feed.publishState(TOPIC, frameOf(++version));
      return (client.seqs(TOPIC).at(-1) ?? 0) > frozenAt;
    });
    rising(client);
  });
});
