import { isRedisInstalled, startRedisServer } from '../support/redis-server.ts';
import { startChild } from './harness/child.ts';
import type { BenchOptions } from './harness/options.ts';
import type { Figure } from './harness/report.ts';
import { interleaved } from './harness/rounds.ts';
import { startBareServer } from './harness/server.ts';
import type { Stage } from './harness/stage.ts';
import { figureOf } from './lookups.ts';

/** From an acknowledged exclusion to the operators' sockets, half of them on the other node. */
export async function benchPropagation(stage: Stage, options: BenchOptions): Promise<Figure[]> {
  const without = await measure(stage, options, undefined);
  if (!isRedisInstalled()) return without;
  const redis = await startRedisServer();
  try {
    return [...without, ...(await measure(stage, options, redis.url))];
  } finally {
    await redis.stop();
  }
}

async function measure(stage: Stage, options: BenchOptions, redisUrl: string | undefined): Promise<Figure[]> {
  const given = redisUrl === undefined ? {} : { redisUrl };
  await using one = await stage.startHub(given);
  await using two = await stage.startHub(given);
  await using bare = await startBareServer();
  await using client = await startChild('watching-client.ts');
  const { watchers, rounds, registrations } = options;
  await client.ask('prepare', {
    name: 'hub',
    kind: 'hub',
    urls: [one.url, two.url],
    callerAuth: { token: await stage.adminToken(one) },
    watcherAuth: { apiKey: await stage.apiKey(one) },
    watchers,
  });
  await client.ask('prepare', {
    name: 'bare',
    kind: 'bare',
    urls: [bare.url],
    callerAuth: {},
    watcherAuth: {},
    watchers,
  });
  const measured = await interleaved(
    {
      bare: () => client.ask('run', { name: 'bare', times: registrations }),
      hub: () => client.ask('run', { name: 'hub', times: registrations }),
    },
    rounds,
  );
  const where = `${watchers} sockets on two nodes, ${redisUrl === undefined ? 'no Redis' : 'Redis'}`;
  const figure = (name: string, label: string): Figure => ({
    bench: 'propagation',
    figure: `${label}, ${where}`,
    unit: 'ms',
    value: figureOf(measured.hub, name),
    baseline: { what: 'bare broadcast, one node', value: figureOf(measured.bare, name) },
  });
  return [
    figure('ackP50Ms', 'acknowledged -> seen p50'),
    figure('ackP99Ms', 'acknowledged -> seen p99'),
    figure('callP50Ms', 'called -> seen p50'),
    figure('callP99Ms', 'called -> seen p99'),
  ];
}
