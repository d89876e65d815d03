import { describe, expect, it } from 'vitest';
import type { TestDatabase } from '../support/database.ts';
import { probe } from '../support/probe.ts';
import { startFeedNode } from './support/node.ts';
import { checkLog, connectPlain } from './support/plain-client.ts';
import { append, createFeedDatabase, headOf, range, writeBoard } from './support/topics.ts';

const TOPIC = 'counted/a';

/** `count` numbered events that are in the history already. */
async function history(database: TestDatabase, topic: string, count: number): Promise<string> {
  await append(database, topic, range(1, count));
  await probe(async () => (await headOf(database, topic)).seq === count);
  return (await headOf(database, topic)).epoch;
}

describe('watching a log', () => {
  it('without a place begins after the head, and every later event arrives once and in order', async () => {
    await using database = await createFeedDatabase();
    await using node = await startFeedNode(database);
    const epoch = await history(database, TOPIC, 3);
    using client = await connectPlain(node.url);
    const ack = await client.watched(TOPIC);
    expect(ack).toEqual({ topic: TOPIC, kind: 'log', epoch, seq: 3, resumed: false });
    await append(database, TOPIC, [4, 5]);
    await probe(() => client.seqs(TOPIC).length === 2);
    expect(client.events(TOPIC)[0]).toEqual({
      topic: TOPIC,
      epoch,
      seq: 4,
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      type: 'sent',
      data: { n: 4 },
    });
    checkLog(client, TOPIC, [undefined]);
  });

  it('resumes from every seq there is: exactly what came after, then live', async () => {
    await using database = await createFeedDatabase();
    await using node = await startFeedNode(database);
    const epoch = await history(database, TOPIC, 130);
    const clients = await Promise.all(
      range(0, 130).map(async (seq) => {
        const client = await connectPlain(node.url);
        const ack = await client.watched(TOPIC, { epoch, seq });
        expect(ack).toEqual({ topic: TOPIC, kind: 'log', epoch, seq: 130, resumed: true });
        return { seq, client };
      }),
    );
    await append(database, TOPIC, [131]);
    for (const { seq, client } of clients) {
      await probe(() => client.seqs(TOPIC).length >= 131 - seq);
      expect(client.seqs(TOPIC)).toEqual(range(seq + 1, 131));
      checkLog(client, TOPIC, [seq]);
      client.socket.disconnect();
    }
  });

  it('the ack arrives before the first event, also while events pour in', async () => {
    await using database = await createFeedDatabase();
    await using node = await startFeedNode(database);
    const { epoch } = await headOf(database, TOPIC);
    let stop = false;
    const writing = (async () => {
      for (let n = 1; !stop; n++) await append(database, TOPIC, [n]);
    })();
    const clients = [];
    for (const i of range(1, 30)) {
      const client = await connectPlain(node.url);
      const from = i % 2 === 0 ? 0 : undefined;
      await client.watched(TOPIC, from === undefined ? undefined : { epoch, seq: from });
      clients.push({ client, from });
    }
    stop = true;
    await writing;
    // The head is read once nothing waits any more: read before, it may be one of a moment ago.
    await probe(async () => (await database.pool.query('SELECT FROM outbox')).rowCount === 0);
    const { seq } = await headOf(database, TOPIC);
    for (const { client, from } of clients) {
      await probe(() => client.seqs(TOPIC).at(-1) === seq);
      checkLog(client, TOPIC, [from]);
      client.socket.disconnect();
    }
  });

  it('a place that cannot be resumed is answered so, with the snapshot', async () => {
    await using database = await createFeedDatabase();
    await using node = await startFeedNode(database, { snapshot: async (name) => ({ of: name }) });
    const epoch = await history(database, TOPIC, 5);
    await database.pool.query('DELETE FROM feed_events WHERE topic = $1 AND seq <= 3', [TOPIC]);
    using client = await connectPlain(node.url);
    const refusal = { topic: TOPIC, kind: 'log', epoch, seq: 5, resumed: false, snapshot: { of: TOPIC } };
    expect(await client.watched(TOPIC, { epoch: 'another', seq: 4 })).toEqual(refusal);
    expect(await client.watched(TOPIC, { epoch, seq: 6 })).toEqual(refusal);
    expect(await client.watched(TOPIC, { epoch, seq: 2 })).toEqual(refusal);
    expect(await client.watched(TOPIC, { epoch, seq: 3 })).toMatchObject({ resumed: true, seq: 5 });
    await probe(() => client.seqs(TOPIC).length === 2);
    expect(client.seqs(TOPIC)).toEqual([4, 5]);
    await database.pool.query('DELETE FROM feed_events WHERE topic = $1', [TOPIC]);
    expect(await client.watched(TOPIC, { epoch, seq: 5 })).toMatchObject({ resumed: true, seq: 5 });
  });

  it('a place ahead of this node’s tail is judged by the database, and each event still comes once', async () => {
    await using database = await createFeedDatabase();
    await using node = await startFeedNode(database, { relay: false });
    await using other = await startFeedNode(database);
    const { epoch } = await headOf(database, TOPIC);
    using early = await connectPlain(node.url);
    await early.watched(TOPIC);
    // Committed, but never announced: the tail finds out by its poll only.
    await database.pool.query(
      `WITH told AS (INSERT INTO feed_topics VALUES ($1, 2))
       INSERT INTO feed_events (topic, seq, at, type, data)
       SELECT $1, n, now(), 'sent', '{}' FROM generate_series(1, 2) n`,
      [TOPIC],
    );
    using client = await connectPlain(node.url);
    const ack = await client.watched(TOPIC, { epoch, seq: 1 });
    expect(ack).toMatchObject({ resumed: true, seq: 2 });
    await append(database, TOPIC, [3]);
    await probe(() => client.seqs(TOPIC).length === 2 && early.seqs(TOPIC).length === 3);
    expect(client.seqs(TOPIC)).toEqual([2, 3]);
    expect(early.seqs(TOPIC)).toEqual([1, 2, 3]);
    expect(other.feed.watchers(TOPIC)).toBe(0);
  });

  it('watching again replaces: no event twice, none missing', async () => {
    await using database = await createFeedDatabase();
    await using node = await startFeedNode(database);
    const { epoch } = await headOf(database, TOPIC);
    using client = await connectPlain(node.url);
    await client.watched(TOPIC);
    const asked: (number | undefined)[] = [undefined];
    const writing = (async () => {
      for (const n of range(1, 200)) await append(database, TOPIC, [n]);
    })();
    for (const i of range(1, 40)) {
      const from = i % 3 === 0 ? Math.max(0, (client.seqs(TOPIC).at(-1) ?? 0) - 2) : undefined;
      asked.push(from);
      await client.watched(TOPIC, from === undefined ? undefined : { epoch, seq: from });
    }
    await writing;
    await probe(() => client.seqs(TOPIC).at(-1) === 200);
    checkLog(client, TOPIC, asked);
    expect(new Set(client.seqs(TOPIC))).toEqual(new Set(range(1, 200)));
    expect(node.feed.watchers(TOPIC)).toBe(1);
  });

  it('watching again in the midst of a replay goes on where the replay was', async () => {
    await using database = await createFeedDatabase();
    await using node = await startFeedNode(database);
    const epoch = await history(database, TOPIC, 500);
    using client = await connectPlain(node.url);
    const [first, second] = await Promise.all([
      client.watched(TOPIC, { epoch, seq: 100 }),
      client.watched(TOPIC),
    ]);
    expect(first).toMatchObject({ seq: 500, resumed: true });
    expect(second).toMatchObject({ seq: 100, resumed: false });
    await probe(() => client.seqs(TOPIC).at(-1) === 500);
    expect(client.seqs(TOPIC)).toEqual(range(101, 500));
  });

  it('several watches of one topic sent at once are answered in order and leave one', async () => {
    await using database = await createFeedDatabase();
    await using node = await startFeedNode(database);
    const epoch = await history(database, TOPIC, 10);
    using client = await connectPlain(node.url);
    await Promise.all([0, 9, 5].map((seq) => client.watched(TOPIC, { epoch, seq })));
    await append(database, TOPIC, [11]);
    await probe(() => client.seqs(TOPIC).at(-1) === 11);
    checkLog(client, TOPIC, [0, 9, 5]);
    expect(node.feed.watchers(TOPIC)).toBe(1);
  });

  it('after unwatch nothing comes, and a watch overtaken by its unwatch stays silent', async () => {
    await using database = await createFeedDatabase();
    await using node = await startFeedNode(database);
    const epoch = await history(database, TOPIC, 2);
    using client = await connectPlain(node.url);
    using other = await connectPlain(node.url);
    await other.watched(TOPIC);
    await client.watched(TOPIC);
    expect(await client.unwatch(TOPIC)).toEqual({ ok: true, data: { topic: TOPIC } });
    expect(await client.unwatch(TOPIC)).toEqual({ ok: true, data: { topic: TOPIC } });
    await Promise.all([client.watch(TOPIC, { epoch, seq: 0 }), client.unwatch(TOPIC)]);
    await append(database, TOPIC, [3]);
    await probe(() => other.seqs(TOPIC).length === 1);
    await client.socket.emitWithAck('ping', {});
    expect(client.seqs(TOPIC)).toEqual([]);
    expect(node.feed.watchers(TOPIC)).toBe(1);
    other.socket.disconnect();
    await probe(() => node.feed.watchers(TOPIC) === 0);
  });

  it('tells who was delivered what, live and replayed, once', async () => {
    await using database = await createFeedDatabase();
    const delivered: string[] = [];
    await using node = await startFeedNode(database, {
      delivered: (event, actor) => {
        if (actor.kind === 'account') delivered.push(`${event.seq} ${actor.accountId}`);
      },
    });
    const epoch = await history(database, TOPIC, 2);
    using one = await connectPlain(node.url, { account: 'one' });
    using two = await connectPlain(node.url, { account: 'two' });
    await one.watched(TOPIC, { epoch, seq: 1 });
    await two.watched(TOPIC);
    await append(database, TOPIC, [3]);
    await probe(() => one.seqs(TOPIC).length === 2 && two.seqs(TOPIC).length === 1);
    expect(delivered.toSorted()).toEqual(['2 one', '3 one', '3 two']);
  });
});

describe('who may watch what', () => {
  const code = async (answer: Promise<{ ok: boolean; error?: { code: string; message: string } }>) => {
    const ack = await answer;
    return ack.ok ? 'ok' : ack.error?.code;
  };

  it('refuses without giving away what exists', async () => {
    await using database = await createFeedDatabase();
    await using node = await startFeedNode(database);
    await writeBoard(database, 'board/a', 1);
    using bettor = await connectPlain(node.url, { account: 'acc_1' });
    using admin = await connectPlain(node.url, { role: 'admin' });
    using key = await connectPlain(node.url, { key: true });
    using stranger = await connectPlain(node.url, { anonymous: true });
    expect(await code(bettor.watch('owned/acc_1'))).toBe('ok');
    expect(await code(bettor.watch('club/all'))).toBe('ok');
    expect(await code(admin.watch('staff/log'))).toBe('ok');
    expect(await code(bettor.watch('staff/log'))).toBe('FORBIDDEN');
    expect(await code(key.watch('counted/a'))).toBe('FORBIDDEN');
    expect(await code(stranger.watch('counted/a'))).toBe('UNAUTHENTICATED');
    expect(await code(stranger.watch('nothing/like/it'))).toBe('UNAUTHENTICATED');
    const hidden = [
      bettor.watch('owned/acc_2'),
      admin.watch('owned/acc_2'),
      key.watch('owned/k1'),
      bettor.watch('club/secret'),
      key.watch('club/all'),
      bettor.watch('counted/missing'),
      bettor.watch('board/missing'),
      bettor.watch('nothing/like/it'),
      bettor.watch('counted/'),
    ];
    const answers = new Set((await Promise.all(hidden)).map((ack) => JSON.stringify(ack)));
    expect([...answers]).toEqual([
      JSON.stringify({
        ok: false,
        error: { code: 'NOT_FOUND', message: 'No such topic', requestId: 'test' },
      }),
    ]);
    expect(node.feed.watchers('counted/missing') + node.feed.watchers('board/missing')).toBe(0);
  });

  it('limits the topics of a socket; replacing and unwatching make no difference to others', async () => {
    await using database = await createFeedDatabase();
    await using node = await startFeedNode(database, { limits: { watchedTopics: 3 } });
    using client = await connectPlain(node.url);
    for (const i of range(1, 3)) await client.watched(`counted/${i}`);
    expect(await code(client.watch('counted/4'))).toBe('RATE_LIMITED');
    expect(await code(client.watch('counted/3'))).toBe('ok');
    expect(await code(client.watch('counted/missing'))).toBe('RATE_LIMITED');
    await client.unwatch('counted/1');
    expect(await code(client.watch('counted/missing'))).toBe('NOT_FOUND');
    expect(await code(client.watch('counted/4'))).toBe('ok');
  });
});

describe('heartbeats', () => {
  it('say what has been emitted to this socket and when the source last confirmed it', async () => {
    await using database = await createFeedDatabase();
    await using node = await startFeedNode(database, { limits: { heartbeatMs: 200, heartbeatKeyMs: 100 } });
    const epoch = await history(database, TOPIC, 2);
    await writeBoard(database, 'board/a', 7);
    using client = await connectPlain(node.url);
    await probe(() => client.heartbeats.length > 0);
    expect(client.heartbeats[0]?.heads).toEqual({});
    await client.watched(TOPIC);
    await client.watched('board/a');
    const first = await probe(() =>
      client.heartbeats.find((beat) => beat.heads[TOPIC] && beat.heads['board/a']),
    );
    expect(first.heads).toEqual({
      [TOPIC]: { epoch, seq: 2, asOf: expect.any(String) },
      'board/a': { epoch, seq: 7, asOf: expect.any(String) },
    });
    await append(database, TOPIC, [3]);
    await probe(() => client.heartbeats.at(-1)?.heads[TOPIC]?.seq === 3);
    await probe(() => {
      const beat = client.heartbeats.at(-1);
      const asOf = beat?.heads[TOPIC]?.asOf ?? '';
      return asOf > (first.heads[TOPIC]?.asOf ?? '') && Date.parse(beat?.at ?? '') - Date.parse(asOf) < 1_000;
    });
    using key = await connectPlain(node.url, { key: true });
    await probe(() => key.heartbeats.length >= 5);
    expect(client.heartbeats.at(-1)?.heads).toHaveProperty([TOPIC]);
  });
});
