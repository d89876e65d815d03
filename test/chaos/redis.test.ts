import type { FeedEvent } from '@kinga/shared/contract/wire.ts';
import { Redis } from 'ioredis';
import type { Socket } from 'socket.io-client';
import { expect, it } from 'vitest';
import { startProxy } from '../feed/support/proxy.ts';
import { ok } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { describeWithRedisServer, startRedis } from '../support/redis.ts';

const CHANGES = 'exclusions/changes';
const BROADCASTS = 'broadcasts/all';
const LOGS = [CHANGES, BROADCASTS];

/** A socket that watched each topic once, when it came, and notes what it is sent. */
interface Watching {
  readonly socket: Socket;
  readonly seqs: Readonly<Record<string, number[]>>;
  readonly first: Readonly<Record<string, number>>;
  readonly resets: unknown[];
}

async function watching(hub: TestHub, credentials: { token?: string; apiKey?: string }): Promise<Watching> {
  const socket = await hub.connect(credentials);
  const seqs: Record<string, number[]> = { [CHANGES]: [], [BROADCASTS]: [] };
  const first: Record<string, number> = {};
  const resets: unknown[] = [];
  socket.on('event', (event: FeedEvent) => seqs[event.topic]?.push(event.seq));
  socket.on('reset', (reset: unknown) => resets.push(reset));
  for (const topic of LOGS) {
    const ack = ok(await hub.call(socket, 'watch', { topic })) as { seq: number };
    first[topic] = ack.seq + 1;
  }
  return { socket, seqs, first, resets };
}

async function act(hub: TestHub, token: string): Promise<void> {
  const input = { identifiers: newPerson().identifiers, period: '30d', source: 'person' };
  ok((await hub.http('exclusions.register', input, { token })).body);
  const message = { audience: 'all', severity: 'info', title: 'Habari', body: 'Jaribio' };
  ok((await hub.http('broadcasts.send', message, { token })).body);
}

async function heads(hub: TestHub): Promise<Record<string, number>> {
  const { rows } = await hub.database.pool.query(
    `SELECT (SELECT seq FROM register_head)::int AS changes,
            (SELECT head FROM feed_topics WHERE topic = $1)::int AS broadcasts`,
    [BROADCASTS],
  );
  return { [CHANGES]: rows[0].changes, [BROADCASTS]: rows[0].broadcasts };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

describeWithRedisServer('two nodes while Redis misbehaves (redis-server)', () => {
  it('plain clients that never watch again get each log event once and in order throughout', async () => {
    await using redis = await startRedis();
    await using proxy = await startProxy(redis.port);
    const redisUrl = `redis://127.0.0.1:${proxy.port}`;
    await using one = await startTestHub({ redisUrl });
    await using two = await startTestHub({ redisUrl, database: one.database });
    const { token } = await one.admin();
    const clients = await Promise.all([one, one, two, two].map((hub) => watching(hub, { token })));

    const phase = async (what: string, prepare: () => unknown) => {
      await prepare();
      for (let i = 0; i < 6; i++) await Promise.all([act(one, token), act(two, token)]);
      await probe(async () => (await one.database.pool.query('SELECT FROM outbox')).rowCount === 0);
      const head = await heads(one);
      const complete = () =>
        clients.every(({ seqs }) => LOGS.every((topic) => seqs[topic]?.at(-1) === head[topic]));
      await probe(complete, { what: `all events while ${what}` });
    };

    await phase('Redis is well', () => {});
    await phase('Redis loses every second message', () => {
      proxy.mode = 'lossy';
    });
    expect(proxy.dropped).toBeGreaterThan(0);
    await phase('Redis is flushed and its clients are killed', async () => {
      proxy.mode = 'pass';
      const client = new Redis(redis.url);
      await client.flushall();
      await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      client.disconnect();
    });
    await phase('Redis answers nothing', () => {
      proxy.mode = 'hang';
    });
    await phase('Redis is heard and never answers', () => {
      proxy.mode = 'swallow';
    });
    await phase('Redis is frozen', () => {
      proxy.mode = 'pass';
      redis.freeze();
    });
    await phase('Redis is thawed', () => redis.thaw());
    await phase('Redis is dead', () => redis.kill());
    await phase('Redis is back, empty', () => redis.start());
    await probe(() => [one, two].every((hub) => hub.platform.bus.status === 'connected'));
    await phase('Redis is well again', () => {});

    const head = await heads(one);
    for (const { seqs, first, resets, socket } of clients) {
      expect(socket.connected).toBe(true);
      expect(resets).toEqual([]);
      for (const topic of LOGS) expect(seqs[topic]).toEqual(range(first[topic] ?? 0, head[topic] ?? 0));
    }
  });
});
