import { type Live, type NodeStats, nodeStats } from '@kinga/shared/monitoring/contract.ts';
import { z } from 'zod';
import { LATENCY_BUCKETS, quantileMs, type RegisterStats } from './stats.ts';

/** What one node counted since its row before: what can be added up over nodes, unlike rates and percentiles. */
const interval = z.object({
  ms: z.number().positive(),
  lookups: z.number().nonnegative(),
  hits: z.number().nonnegative(),
  bets: z.number().nonnegative(),
  /** Bucket -> lookups, empty buckets left out. */
  latency: z.array(z.tuple([z.number().int().nonnegative(), z.number().nonnegative()])),
});
type Interval = z.output<typeof interval>;

/** A node's row, for the other nodes. */
export const nodeRow = z.object({ public: nodeStats, interval });
export type NodeRow = z.output<typeof nodeRow>;

/** A reading of a node's totals. */
export interface Reading {
  readonly atMs: number;
  readonly sockets: NodeStats['sockets'];
  readonly register: RegisterStats;
  readonly betsPlaced: number;
  readonly canaries: NodeStats['canaries'];
}

/** An age that is not known yet, as a number that fits into JSON. */
const AGE_MAX_MS = 86_400_000;

export function rowBetween(node: string, before: Reading, now: Reading): NodeRow {
  const counted = intervalBetween(before, now);
  const { replicaSeq, replicaPeople, replicaLag, freshnessMs, ready } = now.register;
  return {
    public: {
      node,
      sockets: now.sockets,
      ...rates([counted]),
      replicaSeq,
      replicaPeople,
      replicaLag: Math.max(0, replicaLag),
      freshnessMs: Math.round(Math.min(Math.max(0, freshnessMs), AGE_MAX_MS)),
      ready,
      ...(now.canaries === undefined ? {} : { canaries: now.canaries }),
    },
    interval: counted,
  };
}

function intervalBetween(before: Reading, now: Reading): Interval {
  const latency: [number, number][] = [];
  for (const [bucket, count] of now.register.latencyCounts.entries()) {
    const added = count - (before.register.latencyCounts[bucket] ?? 0);
    if (added > 0) latency.push([bucket, added]);
  }
  return {
    ms: Math.max(1, now.atMs - before.atMs),
    lookups: now.register.lookups - before.register.lookups,
    hits: now.register.hits - before.register.hits,
    bets: now.betsPlaced - before.betsPlaced,
    latency,
  };
}

/** The whole hub: the sum over its nodes. */
export function liveOf(at: string, rows: readonly NodeRow[]): Live {
  const nodes = rows.map((row) => row.public).sort((a, b) => (a.node < b.node ? -1 : 1));
  const canaries = sumOfCanaries(nodes);
  return {
    at,
    sockets: sumOfSockets(nodes),
    ...rates(rows.map((row) => row.interval)),
    ...(canaries === undefined ? {} : { canaries }),
    nodes,
  };
}

type Rates = Pick<Live, 'lookupsPerSecond' | 'lookupP50Ms' | 'lookupP99Ms' | 'hitRate' | 'betsPerSecond'>;

function rates(intervals: readonly Interval[]): Rates {
  const counts = new Array<number>(LATENCY_BUCKETS).fill(0);
  for (const { latency } of intervals) {
    for (const [bucket, count] of latency) counts[bucket] = (counts[bucket] ?? 0) + count;
  }
  const sum = (of: (counted: Interval) => number) =>
    intervals.reduce((total, counted) => total + of(counted), 0);
  const lookups = sum((counted) => counted.lookups);
  return {
    lookupsPerSecond: rounded(sum((counted) => (counted.lookups * 1000) / counted.ms)),
    lookupP50Ms: quantileMs(counts, 0.5),
    lookupP99Ms: quantileMs(counts, 0.99),
    hitRate: lookups === 0 ? null : Math.min(1, sum((counted) => counted.hits) / lookups),
    betsPerSecond: rounded(sum((counted) => (counted.bets * 1000) / counted.ms)),
  };
}

function sumOfSockets(nodes: readonly NodeStats[]): NodeStats['sockets'] {
  const total: NodeStats['sockets'] = {
    anonymous: 0,
    admin: 0,
    regulator: 0,
    support: 0,
    operator: 0,
    bettor: 0,
    citizen: 0,
    key: 0,
  };
  for (const { sockets } of nodes) {
    for (const kind of Object.keys(total) as (keyof typeof total)[]) total[kind] += sockets[kind];
  }
  return total;
}

function sumOfCanaries(nodes: readonly NodeStats[]): Live['canaries'] {
  const asking = nodes.flatMap(({ canaries }) => canaries ?? []);
  if (asking.length === 0) return undefined;
  // Times in one form sort as texts.
  const times = asking.flatMap(({ lastAt }) => lastAt ?? []).sort();
  return {
    ok: asking.reduce((sum, { ok }) => sum + ok, 0),
    failing: asking.reduce((sum, { failing }) => sum + failing, 0),
    lastAt: times.at(-1) ?? null,
  };
}

function rounded(perSecond: number): number {
  return Math.round(perSecond * 10) / 10;
}
