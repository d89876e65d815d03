import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestDatabase } from '../support/database.ts';
import { probe } from '../support/probe.ts';
import { type FeedNode, startFeedNode } from './support/node.ts';
import { startProxy, type TestProxy } from './support/proxy.ts';
import { ResumingClient } from './support/resuming-client.ts';
import { append, createFeedDatabase, headOf, range } from './support/topics.ts';

describe('a connection killed between two events', () => {
  it.each(['client', 'server', 'network'] as const)(
    'by the %s, again and again while events pour in: each arrives once and in order',
    async (by) => {
      await using database = await createFeedDatabase();
      await using node = await startFeedNode(database);
      await using proxy = await startProxy(Number(new URL(node.url).port));
      const topic = 'counted/a';
      const client = new ResumingClient(topic, await headOf(database, topic));
      const url = `http://127.0.0.1:${proxy.port}`;
      await client.connect(url);
      let last = 0;
      for (const round of range(1, 25)) {
        const seen = client.seqs.length;
        const writing = (async () => {
          for (const n of range(last + 1, last + 10)) await append(database, topic, [n]);
        })();
        await probe(() => client.seqs.length > seen + (round % 5));
        kill(by, { client, node, proxy });
        await writing;
        last += 10;
        await probe(() => !client.connected);
        await client.connect(url);
      }
      await probe(() => client.seqs.length >= last);
      expect(client.seqs).toEqual(range(1, last));
      expect(client.troubles).toEqual([]);
      client.close();
    },
  );
});

function kill(
  by: 'client' | 'server' | 'network',
  { client, node, proxy }: { client: ResumingClient; node: FeedNode; proxy: TestProxy },
): void {
  if (by === 'client') client.cut();
  else if (by === 'network') proxy.cut();
  else node.sockets.find((socket) => socket.id === client.id)?.conn.close();
}

type Step =
  | { readonly do: 'append'; readonly count: number }
  | { readonly do: 'connect' | 'cut' | 'watch' | 'resume'; readonly client: number; readonly node: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('append' as const), count: fc.integer({ min: 1, max: 80 }) }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constantFrom('connect', 'connect', 'cut', 'watch', 'resume'),
        client: fc.integer({ min: 0, max: 2 }),
        node: fc.integer({ min: 0, max: 1 }),
      }),
    },
  ),
  { minLength: 4, maxLength: 40 },
);

describe('any interleaving of writing, watching, losing the connection and resuming, on two nodes', () => {
  let database: TestDatabase;
  let nodes: readonly FeedNode[];

  beforeAll(async () => {
    database = await createFeedDatabase();
    nodes = await Promise.all([startFeedNode(database), startFeedNode(database)]);
  });

  afterAll(async () => {
    for (const node of nodes) await node.stop();
    await database[Symbol.asyncDispose]();
  });

  it('gives every client every event once and in order', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (plan) => {
        const topic = `counted/run-${runs++}`;
        const { epoch } = await headOf(database, topic);
        const clients = range(0, 2).map(() => new ResumingClient(topic, { epoch, seq: 0 }));
        let written = 0;
        for (const step of plan) written += await take(step, { topic, clients, written });
        await Promise.all(clients.map((client, i) => client.connect(nodes[i % 2]?.url ?? '')));
        for (const client of clients) await probe(() => client.seqs.length >= written);
        for (const client of clients) {
          expect(client.seqs).toEqual(range(1, written));
          expect(client.troubles).toEqual([]);
          client.close();
        }
        await probe(() => nodes.every((node) => node.feed.watchers(topic) === 0));
      }),
      { numRuns: 40, interruptAfterTimeLimit: 20_000 },
    );
  });

  async function take(
    step: Step,
    world: { topic: string; clients: readonly ResumingClient[]; written: number },
  ): Promise<number> {
    if (step.do === 'append') {
      await append(database, world.topic, range(world.written + 1, world.written + step.count));
      return step.count;
    }
    const client = world.clients[step.client];
    if (step.do === 'connect') await client?.connect(nodes[step.node]?.url ?? '');
    else if (step.do === 'cut') client?.cut();
    else if (step.do === 'watch') await client?.watch({ resume: false });
    else await client?.watch({ resume: true });
    return 0;
  }
});
