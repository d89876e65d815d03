import { createMonitoring } from '@kinga/server/domains/monitoring/index.ts';
import { LatencyHistogram, type RegisterStats } from '@kinga/server/domains/monitoring/stats.ts';
import { newSecrets } from '@kinga/server/platform/crypto/secrets.ts';
import type { StateFrame } from '@kinga/server/platform/feed/source.ts';
import { live } from '@kinga/shared/monitoring/contract.ts';
import { expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestPlatform } from '../support/platform.ts';
import { probe } from '../support/probe.ts';

const secrets = newSecrets();

/** A node whose figures the test sets. */
async function startNode(database: TestDatabase, node: string) {
  const platform = await createTestPlatform(database, { secrets, node });
  const histogram = new LatencyHistogram();
  const figures = { lookups: 0, hits: 0, bets: () => 0, bettors: 0, freshnessMs: 10 };
  /** Every frame a watcher would be given. */
  const frames: StateFrame[] = [];
  const registerStats = (): RegisterStats => ({
    lookups: figures.lookups,
    hits: figures.hits,
    latencyCounts: histogram.counts,
    replicaSeq: 41,
    replicaPeople: 1_000,
    replicaLag: 0,
    freshnessMs: figures.freshnessMs,
    ready: true,
  });
  const { domain } = createMonitoring(platform, {
    socketsByRole: () => ({
      anonymous: 0,
      admin: 1,
      regulator: 0,
      support: 0,
      citizen: 0,
      operator: 0,
      bettor: figures.bettors,
      key: 2,
    }),
    registerStats,
    betsPlacedTotal: () => figures.bets(),
    canaries: () => undefined,
  });
  const [service] = domain.services ?? [];
  const [state] = domain.states ?? [];
  if (!service || !state) throw new Error('monitoring has a service and a state');
  await service.start?.();
  const ask = async () => {
    const known = new Map([['monitoring/live', frames.at(-1)?.version ?? 0]]);
    for (const frame of (await state.newer(known)).values()) frames.push(frame);
    return frames;
  };
  return {
    figures,
    frames,
    ask,
    state,
    stop: () => service.stop?.(),
    lookup(count: number, ms: number, hits: number) {
      figures.lookups += count;
      figures.hits += hits;
      histogram.record(ms, count);
    },
    /** The first sum for which this holds. */
    sum: (holds: (sum: ReturnType<typeof parsed>) => boolean) =>
      probe(async () => (await ask()).map(parsed).find(holds), { what: 'the live figures' }),
    [Symbol.asyncDispose]: async () => {
      await service.stop?.();
      await platform[Symbol.asyncDispose]();
    },
  };
}

function parsed(frame: StateFrame) {
  return live.parse(frame.state);
}

test('the live figures are the sum over the nodes, percentiles too', async () => {
  await using database = await createTestDatabase();
  await using one = await startNode(database, 'one');
  await using two = await startNode(database, 'two');
  one.figures.bettors = 3;
  two.figures.bettors = 4;
  const sum = await one.sum((live) => live.nodes.length === 2 && live.sockets.bettor === 7);
  expect(sum.sockets).toMatchObject({ anonymous: 0, admin: 2, regulator: 0, operator: 0, bettor: 7, key: 4 });
  expect(sum.nodes.map((node) => node.node)).toEqual(['one', 'two']);
  expect(sum.nodes[0]).toMatchObject({ replicaSeq: 41, replicaPeople: 1_000, ready: true });
  expect(sum).toMatchObject({ lookupsPerSecond: 0, lookupP50Ms: null, lookupP99Ms: null, hitRate: null });

  // Every node's quick ones and one node's slow ones, asked for again until one frame has both.
  const busy = await probe(async () => {
    one.lookup(500, 1, 5);
    two.lookup(500, 1, 0);
    two.lookup(20, 400, 0);
    const frame = (await two.ask()).at(-1);
    const now = frame && parsed(frame);
    return now?.nodes.every((node) => (node.lookupsPerSecond ?? 0) > 0) ? now : undefined;
  });
  expect(busy.lookupP50Ms).toBeGreaterThan(0.7);
  expect(busy.lookupP50Ms).toBeLessThan(1.3);
  expect(busy.lookupP99Ms).toBeGreaterThan(300);
  expect(busy.hitRate).toBeGreaterThan(0);
  expect(busy.hitRate).toBeLessThan(0.02);
  const perNode = busy.nodes.reduce((total, node) => total + node.lookupsPerSecond, 0);
  expect(Math.abs(busy.lookupsPerSecond - perNode)).toBeLessThan(1);
});

test('both nodes tell the same about bets, and versions only rise', async () => {
  await using database = await createTestDatabase();
  await using one = await startNode(database, 'one');
  await using two = await startNode(database, 'two');
  await one.sum((live) => live.nodes.length === 2);
  // A hundred a second, however long a second takes; a single burst would be in one row only, which the other node
  // may miss between two of its looks.
  const beganMs = performance.now();
  two.figures.bets = () => (performance.now() - beganMs) / 10;
  const [seenByOne, seenByTwo] = await Promise.all([
    one.sum((live) => live.betsPerSecond > 90),
    two.sum((live) => live.betsPerSecond > 90),
  ]);
  for (const seen of [seenByOne, seenByTwo]) expect(seen.betsPerSecond).toBeLessThanOrEqual(110);
  for (const { frames } of [one, two]) {
    const versions = frames.map((frame) => frame.version);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
  }
});

test('a node that is gone is not counted: at once when it says so, else after five seconds', async () => {
  await using database = await createTestDatabase();
  await using one = await startNode(database, 'one');
  await using two = await startNode(database, 'two');
  await one.sum((live) => live.nodes.length === 2);
  await two.stop();
  one.frames.length = 0;
  await one.sum((live) => live.nodes.length === 1);
  await database.pool.query(
    `INSERT INTO node_stats SELECT 'killed', clock_timestamp() - interval '6 seconds', stats FROM node_stats`,
  );
  one.frames.length = 0;
  expect((await one.sum(() => true)).nodes.map((node) => node.node)).toEqual(['one']);
});

test('a row of another version, and an age that is not known, do not break the sum', async () => {
  await using database = await createTestDatabase();
  await using one = await startNode(database, 'one');
  one.figures.freshnessMs = Number.POSITIVE_INFINITY;
  await database.pool.query(
    `INSERT INTO node_stats VALUES ('future', clock_timestamp() + interval '1 hour', '{"shape": "new"}')`,
  );
  const sum = await one.sum((live) => (live.nodes[0]?.freshnessMs ?? 0) > 10);
  expect(sum.nodes.map((node) => node.node)).toEqual(['one']);
});

test('whoever knows an older version is given the latest, and only then', async () => {
  await using database = await createTestDatabase();
  await using one = await startNode(database, 'one');
  const current = await one.state.current('monitoring/live');
  if (!current) throw new Error('there is always a current state');
  const newer = await one.state.newer(new Map([['monitoring/live', current.version - 1]]));
  expect(newer.get('monitoring/live')?.version).toBeGreaterThanOrEqual(current.version);
  expect(await one.state.newer(new Map([['monitoring/live', Number.MAX_SAFE_INTEGER]]))).toEqual(new Map());
});
