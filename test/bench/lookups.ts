import { type Child, startChild } from './harness/child.ts';
import type { BenchOptions } from './harness/options.ts';
import type { Figure } from './harness/report.ts';
import { interleaved, type Measured } from './harness/rounds.ts';
import { type Server, startBareServer } from './harness/server.ts';
import type { HubServer, Stage } from './harness/stage.ts';

export const OUTSTANDING = 256;
const OPEN_LOOP_RATE = 1_000;
/** Customers asked about in one tick, and how many such ticks are on their way. */
const SDK_GROUPS = [
  { size: 50, groups: 20 },
  { size: 500, groups: 4 },
] as const;
const QUESTIONS = 200_000;

interface Pair extends AsyncDisposable {
  readonly hub: HubServer;
  readonly bare: Server;
  readonly client: Child;
  readonly apiKey: string;
  readonly hubTarget: object;
  readonly bareTarget: object;
}

/** A hub and a bare server that acks a constant of the same bytes, and one client process for both. */
async function pair(stage: Stage, options: BenchOptions): Promise<Pair> {
  const hub = await stage.startHub();
  const bare = await startBareServer();
  const client = await startChild('lookup-client.ts');
  const apiKey = await stage.apiKey(hub);
  const hubTarget = { url: hub.url, auth: { apiKey }, name: 'exclusions.lookup' };
  const bareTarget = { url: bare.url, auth: {}, name: 'constant' };
  await client.ask('prepare', { count: QUESTIONS, people: options.people });
  await bare.tell({ constant: await client.ask('sample', hubTarget) });
  return {
    hub,
    bare,
    client,
    apiKey,
    hubTarget,
    bareTarget,
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]();
      await Promise.all([hub[Symbol.asyncDispose](), bare[Symbol.asyncDispose]()]);
    },
  };
}

/** With what the server's processor did for each answer: the client shares the machine, this does not. */
export async function withCpu(server: Server, round: () => Promise<Measured>): Promise<Measured> {
  const before = (await server.lookInside()).cpuMicros;
  const startedAt = performance.now();
  const measured = await round();
  const seconds = (performance.now() - startedAt) / 1000;
  const used = (await server.lookInside()).cpuMicros - before;
  return { ...measured, cpuMicros: used / ((measured.perSecond ?? Number.NaN) * seconds) };
}

export async function benchLookup(stage: Stage, options: BenchOptions): Promise<Figure[]> {
  await using both = await pair(stage, options);
  const load = { seconds: options.seconds, outstanding: OUTSTANDING };
  const { hub, bare } = await interleaved(
    {
      bare: () =>
        withCpu(both.bare, () => both.client.ask('closedLoop', { ...load, target: both.bareTarget })),
      hub: () => withCpu(both.hub, () => both.client.ask('closedLoop', { ...load, target: both.hubTarget })),
    },
    options.rounds,
  );
  return [
    {
      bench: 'lookup',
      figure: `exclusions.lookup, ${OUTSTANDING} outstanding on one socket`,
      unit: 'answers/s',
      value: figureOf(hub, 'perSecond'),
      baseline: { what: 'bare acks', value: figureOf(bare, 'perSecond') },
      target: { atLeast: 0.7 },
    },
    {
      bench: 'lookup',
      figure: 'processor time of the server for each answer',
      unit: 'µs',
      value: figureOf(hub, 'cpuMicros'),
      baseline: { what: 'bare acks', value: figureOf(bare, 'cpuMicros') },
    },
  ];
}

export async function benchBatch(stage: Stage, options: BenchOptions): Promise<Figure[]> {
  await using both = await pair(stage, options);
  await using sdk = await startChild('sdk-client.ts');
  const { people, seconds, rounds } = options;
  await sdk.ask('prepare', { url: both.hub.url, apiKey: both.apiKey, count: QUESTIONS, people });
  const load = { seconds, outstanding: OUTSTANDING, target: both.bareTarget };
  const [small, large] = SDK_GROUPS;
  const measured = await interleaved(
    {
      bare: () => both.client.ask('closedLoop', load),
      small: () => sdk.ask('lookups', { seconds, ...small }),
      large: () => sdk.ask('lookups', { seconds, ...large }),
    },
    rounds,
  );
  return [
    { ...SDK_GROUPS[0], result: measured.small },
    { ...SDK_GROUPS[1], result: measured.large },
  ].map(({ size, groups, result }) => ({
    bench: 'batch',
    figure: `through the SDK, ${groups} ticks of ${size} customers on their way`,
    unit: 'answers/s',
    value: figureOf(result, 'perSecond'),
    baseline: { what: 'bare acks', value: figureOf(measured.bare, 'perSecond') },
    target: { atLeast: 3 },
  }));
}

export async function benchLatency(stage: Stage, options: BenchOptions): Promise<Figure[]> {
  await using both = await pair(stage, options);
  const load = { seconds: options.seconds, rate: OPEN_LOOP_RATE };
  const { hub, bare } = await interleaved(
    {
      bare: () => both.client.ask('openLoop', { ...load, target: both.bareTarget }),
      hub: () => both.client.ask('openLoop', { ...load, target: both.hubTarget }),
    },
    options.rounds,
  );
  const figure = (name: 'p50Ms' | 'p99Ms', label: string) => ({
    bench: 'latency',
    figure: `${label} at ${OPEN_LOOP_RATE.toLocaleString('en')} lookups/s`,
    unit: 'ms',
    value: figureOf(hub, name),
    baseline: { what: 'bare acks', value: figureOf(bare, name) },
  });
  return [figure('p50Ms', 'p50'), { ...figure('p99Ms', 'p99'), target: { atMost: 2 } }];
}

export function figureOf(measured: Measured, name: string): number {
  const value = measured[name];
  if (value === undefined) throw new Error(`${name} was not measured`);
  return value;
}
