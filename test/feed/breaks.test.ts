import { pruneFeed } from '@kinga/server/platform/feed/prune.ts';
import { describe, expect, it } from 'vitest';
import { asSuperuser, type TestDatabase } from '../support/database.ts';
import { probe } from '../support/probe.ts';
import { startFeedNode } from './support/node.ts';
import { checkLog, connectPlain } from './support/plain-client.ts';
import { append, createFeedDatabase, frameOf, headOf, range, writeBoard } from './support/topics.ts';

const TOPIC = 'counted/a';
const STATE = 'board/a';

/** A backup from before seq 3 is restored, and somebody wrote one event since. */
async function restore(database: TestDatabase): Promise<string> {
  const client = await database.pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('DELETE FROM feed_events WHERE seq >= 3');
    await client.query('UPDATE feed_topics SET head = 2');
    await client.query('UPDATE board SET version = 1');
    const { rows } = await client.query(
      'UPDATE database_epoch SET epoch = gen_random_uuid() RETURNING epoch',
    );
    await client.query('COMMIT');
    return rows[0].epoch;
  } finally {
    client.release();
  }
}

describe('when continuity breaks', () => {
  it('a restored database: every watcher is told reset with the new epoch, and goes on from there', async () => {
    await using database = await createFeedDatabase();
    await using node = await startFeedNode(database, { snapshot: async () => ['everything'] });
    await writeBoard(database, STATE, 5);
    await append(database, TOPIC, range(1, 6));
    await probe(async () => (await headOf(database, TOPIC)).seq === 6);
    const before = await headOf(database, TOPIC);
    using live = await connectPlain(node.url);
    using replayed = await connectPlain(node.url);
    await live.watched(TOPIC);
    await live.watched(STATE);
    await replayed.watched(TOPIC, { epoch: before.epoch, seq: 4 });
    // In the middle of its replay it would be told twice: of events that are gone, and of the other epoch.
    await probe(() => replayed.seqs(TOPIC).at(-1) === 6);
    const epoch = await restore(database);
    await probe(() => [live, replayed].every((client) => client.resets(TOPIC).length === 1));
    await probe(() => live.resets(STATE).length === 1);
    const reset = { topic: TOPIC, epoch, seq: 2, snapshot: ['everything'], reason: 'epoch-changed' };
    expect(live.resets(TOPIC)).toEqual([reset]);
    expect(live.resets(STATE)).toEqual([
      { topic: STATE, epoch, seq: 1, snapshot: { n: 1, padding: '' }, reason: 'epoch-changed' },
    ]);
    await append(database, TOPIC, [3]);
    node.feed.publishState(STATE, frameOf(2));
    await probe(() => live.seqs(TOPIC).at(-1) === 3 && live.seqs(STATE).at(-1) === 2);
    await probe(() => replayed.seqs(TOPIC).at(-1) === 3);
    expect(live.events(TOPIC).at(-1)).toMatchObject({ epoch, seq: 3 });
    checkLog(live, TOPIC, [undefined]);
    checkLog(replayed, TOPIC, [4]);
    expect(await live.watched(TOPIC, before)).toMatchObject({ epoch, seq: 3, resumed: false });
    expect(await live.watched(TOPIC, { epoch, seq: 2 })).toMatchObject({ epoch, seq: 3, resumed: true });
  });

  it('history that is gone before this node has told it: reset, not silence', async () => {
    await using database = await createFeedDatabase();
    await using node = await startFeedNode(database);
    using client = await connectPlain(node.url);
    await client.watched(TOPIC);
    await append(database, TOPIC, [1]);
    await probe(() => client.seqs(TOPIC).length === 1);
    // As for a node that was frozen for longer than the retention.
    await database.pool.query('UPDATE feed_topics SET head = 5 WHERE topic = $1', [TOPIC]);
    await append(database, TOPIC, [6]);
    await probe(() => client.resets(TOPIC).length === 1);
    const { epoch } = await headOf(database, TOPIC);
    expect(client.resets(TOPIC)).toEqual([{ topic: TOPIC, epoch, seq: 6, reason: 'history-gone' }]);
    await append(database, TOPIC, [7]);
    await probe(() => client.seqs(TOPIC).at(-1) === 7);
    checkLog(client, TOPIC, [undefined]);
  });

  it('history that is pruned under a running replay: reset for that watcher alone', async () => {
    await using database = await createFeedDatabase();
    await using node = await startFeedNode(database);
    await append(database, TOPIC, range(1, 500));
    await probe(async () => (await headOf(database, TOPIC)).seq === 500);
    const { epoch } = await headOf(database, TOPIC);
    using other = await connectPlain(node.url);
    await other.watched(TOPIC);
    using client = await connectPlain(node.url);
    // Answered as resumable; gone when the replay comes to it.
    await client.watched(TOPIC, { epoch, seq: 0 });
    await database.pool.query('DELETE FROM feed_events WHERE topic = $1 AND seq <= 499', [TOPIC]);
    await probe(() => client.resets(TOPIC).length === 1 || client.seqs(TOPIC).at(-1) === 500);
    await append(database, TOPIC, [501]);
    await probe(() => client.seqs(TOPIC).at(-1) === 501 && other.seqs(TOPIC).at(-1) === 501);
    checkLog(client, TOPIC, [0]);
    expect(other.resets(TOPIC)).toEqual([]);
  });

  it('a source that lost its own history says so through resetLog', async () => {
    await using database = await createFeedDatabase();
    await using node = await startFeedNode(database);
    using client = await connectPlain(node.url);
    await client.watched(TOPIC);
    node.feed.resetLog(TOPIC, 'reloaded');
    node.feed.resetLog('counted/nobody', 'reloaded');
    await probe(() => client.resets(TOPIC).length === 1);
    const { epoch } = await headOf(database, TOPIC);
    expect(client.resets(TOPIC)).toEqual([{ topic: TOPIC, epoch, seq: 0, reason: 'reloaded' }]);
  });
});

describe('when PostgreSQL goes away and comes back', () => {
  it('nothing is lost or doubled, watches are refused meanwhile, and trust is not renewed', async () => {
    await using database = await createFeedDatabase();
    await using node = await startFeedNode(database, { limits: { heartbeatMs: 100 } });
    await writeBoard(database, STATE, 1);
    using client = await connectPlain(node.url);
    await client.watched(TOPIC);
    await client.watched(STATE);
    await append(database, TOPIC, range(1, 3));
    for (let round = 0; round < 3; round++) {
      await refuseConnections(database, true);
      await endConnections(database);
      const ack = await client.watch('counted/other');
      expect(ack.ok).toBe(false);
      const beats = client.heartbeats.length;
      await probe(() => client.heartbeats.length >= beats + 5);
      const trusted = client.heartbeats.slice(beats + 1).map((beat) => beat.heads[TOPIC]?.asOf);
      expect(new Set(trusted)).toEqual(new Set([expect.any(String)]));
      await refuseConnections(database, false);
      const first = 4 + round * 2;
      await probe(async () => {
        await append(database, TOPIC, [first, first + 1]);
        return true;
      });
    }
    await probe(() => client.seqs(TOPIC).length === 9);
    expect(client.events(TOPIC).map((event) => (event.data as { n: number }).n)).toEqual(range(1, 9));
    checkLog(client, TOPIC, [undefined]);
    await writeBoard(database, STATE, 2);
    await probe(() => client.seqs(STATE).at(-1) === 2);
    expect((await client.watch('counted/other')).ok).toBe(true);
    expect(client.resets(TOPIC)).toEqual([]);
  });
});

describe('pruning', () => {
  it('deletes what is over its retention and nothing else; numbers go on', async () => {
    await using database = await createFeedDatabase();
    await using node = await startFeedNode(database);
    await append(database, 'inbox/a', range(1, 4));
    await append(database, 'elsewhere/a', range(1, 2));
    await probe(async () => (await headOf(database, 'elsewhere/a')).seq === 2);
    await database.pool.query(
      `UPDATE feed_events SET at = now() - interval '7 days 1 minute' WHERE seq <= 2`,
    );
    await database.pool.query(
      `INSERT INTO idempotency_keys VALUES ('old', '', NULL, now() - interval '25 hours'), ('new', '', NULL, now())`,
    );
    expect(await pruneFeed(database.db)).toEqual({ events: 2, keys: 1 });
    const left = await database.pool.query('SELECT topic, seq::int FROM feed_events ORDER BY topic, seq');
    expect(left.rows).toEqual([
      { topic: 'elsewhere/a', seq: 1 },
      { topic: 'elsewhere/a', seq: 2 },
      { topic: 'inbox/a', seq: 3 },
      { topic: 'inbox/a', seq: 4 },
    ]);
    await database.pool.query(`DELETE FROM feed_events`);
    await append(database, 'inbox/a', [5]);
    await probe(async () => (await headOf(database, 'inbox/a')).seq === 5);
    expect(node.feed.watchers('inbox/a')).toBe(0);
  });
});

/** Again until there is none: one that was just being made is not to be seen at first. */
async function endConnections(database: TestDatabase): Promise<void> {
  const sql = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1';
  await probe(async () => (await asSuperuser(sql, [database.name])).rowCount === 0);
}

async function refuseConnections(database: TestDatabase, refuse: boolean): Promise<void> {
  await asSuperuser(`ALTER DATABASE ${database.name} ALLOW_CONNECTIONS ${refuse ? 'false' : 'true'}`);
}
