import {
  type PropagationTable,
  propagationTopics,
  type Standing,
} from '@kinga/shared/propagation/contract.ts';
import type { Platform } from '../../../platform/context.ts';
import { actForEveryTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import type { StateFrame, StateSource } from '../../../platform/feed/source.ts';
import { NO_SPEED, type Speed, speedsToday } from '../../operators/index.ts';
import { SQL_TOPIC } from '../topic.ts';

/** A little less than how often the feed asks, so that each time it asks there is a new one. */
const FRESH_MS = 900;
/** Percentiles of an hour change slowly, and cost the most. */
const PERCENTILES_FRESH_MS = 5_000;
/** A node that has not been heard of for this long reaches nobody. */
const ALIVE = '5 seconds';

interface Row {
  readonly id: string;
  readonly name: string;
  readonly head: number;
  readonly acknowledged: number;
  readonly open: number;
  readonly oldest_ms: number | null;
  readonly reach: Standing['reach'];
}

type Percentiles = ReadonlyMap<string, readonly [p50: number, p99: number]>;

/** `monitoring/propagation`: read by a node while somebody watches it there, and at no other time. */
export class LiveTable implements StateSource {
  readonly topic = propagationTopics.operatorStandings;
  readonly #platform: Platform;
  #latest: StateFrame | undefined;
  #readAtMs = Number.NEGATIVE_INFINITY;
  #percentiles: Percentiles = new Map();
  #speeds: ReadonlyMap<string, Speed> = new Map();
  #percentilesAtMs = Number.NEGATIVE_INFINITY;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  async current(): Promise<StateFrame> {
    if (this.#latest === undefined || performance.now() - this.#readAtMs > FRESH_MS)
      return await this.#read();
    return this.#latest;
  }

  async newer(known: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, StateFrame>> {
    const latest = await this.current();
    const names = [...known].filter(([, version]) => latest.version > version);
    return new Map(names.map(([name]) => [name, latest]));
  }

  async #read(): Promise<StateFrame> {
    const readAtMs = performance.now();
    const { now, rows } = await this.#platform.db.transaction(async (tx) => {
      await actForEveryTenant(tx);
      if (readAtMs - this.#percentilesAtMs > PERCENTILES_FRESH_MS) {
        this.#percentiles = await readPercentiles(tx);
        this.#speeds = await speedsToday(tx);
        this.#percentilesAtMs = readAtMs;
      }
      const clock = await tx.query<{ now: Date }>('SELECT clock_timestamp() AS now');
      return { now: clock.rows[0]?.now ?? new Date(), rows: (await tx.query<Row>(STANDINGS)).rows };
    });
    const at = now.toISOString();
    const state: PropagationTable = { at, operators: rows.map((row) => this.#standingOf(row)) };
    // The database's time, so that it rises across nodes too; one more when its clock has been set back.
    const version = Math.max(now.getTime(), (this.#latest?.version ?? 0) + 1);
    this.#latest = { version, at, state };
    this.#readAtMs = readAtMs;
    return this.#latest;
  }

  #standingOf({ id, name, head, acknowledged, open, oldest_ms, reach }: Row): Standing {
    const [p50, p99] = this.#percentiles.get(id) ?? [null, null];
    return {
      operatorId: id,
      name,
      head,
      acknowledgedSeq: acknowledged,
      lag: Math.max(0, head - acknowledged),
      openReceipts: open,
      oldestOpenMs: oldest_ms === null ? null : Math.max(0, Math.round(oldest_ms)),
      reach,
      ackP50Ms: rounded(p50),
      ackP99Ms: rounded(p99),
      ...(this.#speeds.get(id) ?? NO_SPEED),
    };
  }
}

const STANDINGS = `
  SELECT o.id, o.name, coalesce(t.head, 0)::float8 AS head,
         coalesce(p.acknowledged_seq, 0)::float8 AS acknowledged, coalesce(r.open, 0)::int AS open,
         (extract(epoch FROM clock_timestamp() - r.oldest) * 1000)::float8 AS oldest_ms,
         CASE WHEN s.operator_id IS NOT NULL THEN 'socket' WHEN w.tenant_id IS NOT NULL THEN 'webhook'
              ELSE 'none' END AS reach
  FROM operators o
  LEFT JOIN feed_topics t ON t.topic = ${SQL_TOPIC('o.id')}
  LEFT JOIN propagation_operators p ON p.tenant_id = o.id
  LEFT JOIN (
    SELECT tenant_id, count(*) AS open, min(committed_at) AS oldest FROM propagation_receipts
    WHERE acknowledged_at IS NULL GROUP BY tenant_id
  ) r ON r.tenant_id = o.id
  LEFT JOIN operator_webhooks w ON w.tenant_id = o.id
  LEFT JOIN (
    SELECT DISTINCT unnest(operator_ids) AS operator_id FROM propagation_nodes
    WHERE at > statement_timestamp() - interval '${ALIVE}'
  ) s ON s.operator_id = o.id
  WHERE NOT o.internal ORDER BY o.id`;

async function readPercentiles(tx: Tx): Promise<Percentiles> {
  const { rows } = await tx.query<{ tenant_id: string; ms: [number, number] }>(
    `SELECT tenant_id, percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (
              ORDER BY (extract(epoch FROM acknowledged_at - committed_at) * 1000)::float8) AS ms
     FROM propagation_receipts WHERE acknowledged_at > statement_timestamp() - interval '1 hour'
     GROUP BY tenant_id`,
  );
  return new Map(rows.map(({ tenant_id, ms }) => [tenant_id, ms]));
}

function rounded(ms: number | null): number | null {
  return ms === null ? null : Math.max(0, Math.round(ms * 10) / 10);
}
