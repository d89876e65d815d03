import { setTimeout as delay } from 'node:timers/promises';
import { startChild } from './harness/child.ts';
import type { BenchOptions } from './harness/options.ts';
import type { Figure } from './harness/report.ts';
import { interleaved, type Measured } from './harness/rounds.ts';
import { type Server, startBareServer } from './harness/server.ts';
import type { Stage } from './harness/stage.ts';
import { figureOf } from './lookups.ts';

/** Long enough for two heartbeats of everybody. */
const SETTLE_MS = 12_000;

/** What a node holds for each socket that does nothing. */
export async function benchIdle(stage: Stage, options: BenchOptions): Promise<Figure[]> {
  const { sockets } = options;
  const measured = await interleaved(
    {
      bare: async () => {
        await using server = await startBareServer();
        return await held(server, { auth: {}, count: sockets });
      },
      hub: async () => {
        await using server = await stage.startHub();
        const { token } = await stage.bettorToken(server);
        return await held(server, { auth: { token }, count: sockets });
      },
    },
    // Each round is a fresh server; what one holds does not vary much.
    Math.min(options.rounds, 2),
  );
  const figure = (name: string, label: string): Figure => ({
    bench: 'idle',
    figure: `${label}, ${sockets.toLocaleString('en')} idle sockets on one node`,
    unit: 'KiB/socket',
    value: figureOf(measured.hub, name),
    baseline: { what: 'bare sockets', value: figureOf(measured.bare, name) },
  });
  return [figure('rss', 'memory'), figure('heap', 'of it in the heap')];
}

async function held(server: Server, load: { auth: object; count: number }): Promise<Measured> {
  await using client = await startChild('idle-client.ts');
  const before = await server.lookInside();
  await client.ask('connect', { url: server.url, ...load });
  await delay(SETTLE_MS);
  const connected = await client.ask<number>('connected');
  if (connected !== load.count) throw new Error(`${connected} of ${load.count} sockets are connected`);
  const after = await server.lookInside();
  const each = (bytes: number) => bytes / load.count / 1024;
  return {
    rss: each(after.rssBytes - before.rssBytes),
    heap: each(after.heapBytes - before.heapBytes),
  };
}
