import { setTimeout as delay } from 'node:timers/promises';
import type { NodeStats } from '@kinga/shared/monitoring/contract.ts';
import type { Platform } from '../../platform/context.ts';
import type { StateFrame } from '../../platform/feed/source.ts';
import type { Service } from '../../platform/lifecycle/service.ts';
import type { RegisterStats } from './stats.ts';
import { liveOf, type NodeRow, nodeRow, type Reading, rowBetween } from './sum.ts';

const EVERY_MS = 1_000;
/** A node that has not written for this long is gone; its row goes after a minute. */
const ALIVE = '5 seconds';
const ROWS_KEPT = '1 minute';
const PRUNE_EVERY_MS = 60_000;

export interface MonitorSources {
  readonly socketsByRole: () => NodeStats['sockets'];
  readonly registerStats: () => RegisterStats;
  /** Bets this node has placed since it started. */
  readonly betsPlacedTotal: () => number;
  /** undefined: this node asks about none. */
  readonly canaries: () => NodeStats['canaries'];
}

/**
 * Once a second: writes this node's row, reads everybody's, and has the sum ready for this node's watchers. Each
 * node does the same, so none depends on another or on Redis.
 */
export class Monitor implements Service {
  readonly name = 'monitoring';
  readonly #platform: Platform;
  readonly #sources: MonitorSources;
  #before: Reading;
  #latest: StateFrame | undefined;
  #prunedAtMs = Number.NEGATIVE_INFINITY;
  #stop: AbortController | undefined;
  #running: Promise<void> | undefined;

  constructor(platform: Platform, sources: MonitorSources) {
    this.#platform = platform;
    this.#sources = sources;
    this.#before = NOTHING;
  }

  async start(): Promise<void> {
    this.#before = this.#read();
    this.#stop = new AbortController();
    this.#running = this.#run(this.#stop.signal);
  }

  /** What has left is not counted any more. */
  async stop(): Promise<void> {
    this.#stop?.abort();
    await this.#running;
    await this.#platform.db
      .query('DELETE FROM node_stats WHERE node = $1', [this.#platform.node])
      .catch((error: Error) => this.#platform.log.warn({ err: error }, 'this node could not sign off'));
  }

  latest(): StateFrame | undefined {
    return this.#latest;
  }

  /** The latest, or the first when this node has not had its first second yet. */
  async current(): Promise<StateFrame> {
    return this.#latest ?? (await this.#sum());
  }

  async #run(signal: AbortSignal): Promise<void> {
    let isLate = false;
    while (!signal.aborted) {
      const beganMs = performance.now();
      try {
        await this.#turn();
        isLate = false;
      } catch (error) {
        // Once for all the seconds until it works again.
        if (!isLate) this.#platform.log.warn({ err: error }, 'the live figures could not be written');
        isLate = true;
      }
      const restMs = Math.max(0, EVERY_MS - (performance.now() - beganMs));
      await delay(restMs, undefined, { signal }).catch(() => {});
    }
  }

  async #turn(): Promise<void> {
    const now = this.#read();
    await this.#write(rowBetween(this.#platform.node, this.#before, now));
    this.#before = now;
    await this.#sum();
    await this.#prune();
  }

  #read(): Reading {
    const register = this.#sources.registerStats();
    return {
      atMs: performance.now(),
      sockets: this.#sources.socketsByRole(),
      // A copy: the node goes on counting in the original.
      register: { ...register, latencyCounts: [...register.latencyCounts] },
      betsPlaced: this.#sources.betsPlacedTotal(),
      canaries: this.#sources.canaries(),
    };
  }

  async #write(row: NodeRow): Promise<void> {
    await this.#platform.db.query(
      `INSERT INTO node_stats (node, at, stats) VALUES ($1, clock_timestamp(), $2)
       ON CONFLICT (node) DO UPDATE SET at = excluded.at, stats = excluded.stats`,
      [this.#platform.node, JSON.stringify(row)],
    );
  }

  async #sum(): Promise<StateFrame> {
    const { rows } = await this.#platform.db.query<{ now: Date; stats: unknown[] }>(
      `SELECT clock_timestamp() AS now,
              coalesce(jsonb_agg(stats) FILTER (WHERE stats IS NOT NULL), '[]') AS stats
       FROM node_stats WHERE at > statement_timestamp() - interval '${ALIVE}'`,
    );
    const [row] = rows;
    if (row === undefined) throw new Error('an aggregate without a row');
    const nodes: NodeRow[] = [];
    for (const stats of row.stats) {
      // A node of another version may write another shape: it is left out rather than breaking the sum.
      const parsed = nodeRow.safeParse(stats);
      if (parsed.success) nodes.push(parsed.data);
    }
    const at = row.now.toISOString();
    // The database's time, so that it rises across nodes too; one more when its clock has been set back.
    const version = Math.max(row.now.getTime(), (this.#latest?.version ?? 0) + 1);
    this.#latest = { version, at, state: liveOf(at, nodes) };
    return this.#latest;
  }

  async #prune(): Promise<void> {
    if (performance.now() - this.#prunedAtMs < PRUNE_EVERY_MS) return;
    this.#prunedAtMs = performance.now();
    await this.#platform.db.query(
      `DELETE FROM node_stats WHERE at < statement_timestamp() - interval '${ROWS_KEPT}'`,
    );
  }
}

const NOTHING: Reading = {
  atMs: 0,
  sockets: { anonymous: 0, admin: 0, regulator: 0, support: 0, operator: 0, bettor: 0, citizen: 0, key: 0 },
  register: {
    lookups: 0,
    hits: 0,
    latencyCounts: [],
    replicaSeq: 0,
    replicaPeople: 0,
    replicaLag: 0,
    freshnessMs: 0,
    ready: false,
  },
  betsPlaced: 0,
  canaries: undefined,
};
