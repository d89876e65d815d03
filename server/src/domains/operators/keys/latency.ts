import type { Database } from '../../../platform/db/database.ts';
import { actForEveryTenant } from '../../../platform/db/tenant.ts';
import { LATENCY_BUCKETS } from '../../../platform/metrics/latency.ts';
import type { KeyAllowance } from './allowance.ts';

/** How fast each operator was answered, by day: counted in memory by key, and added up in PostgreSQL. */
export class LatencyTeller {
  readonly #db: Database;
  /** Of each key what has been told, of this process. */
  readonly #told = new WeakMap<KeyAllowance, readonly number[]>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** The sandbox does not count. */
  async tell(allowances: Iterable<KeyAllowance>): Promise<void> {
    const told = new Map<KeyAllowance, readonly number[]>();
    const added = new Map<string, number[]>();
    for (const allowance of allowances) {
      if (allowance.environment === 'sandbox') continue;
      const { counts } = allowance.latency;
      const before = this.#told.get(allowance);
      if (counts.every((count, bucket) => count === (before?.[bucket] ?? 0))) continue;
      const sum = added.get(allowance.operatorId) ?? new Array<number>(LATENCY_BUCKETS).fill(0);
      for (const [bucket, count] of counts.entries()) {
        sum[bucket] = (sum[bucket] ?? 0) + count - (before?.[bucket] ?? 0);
      }
      added.set(allowance.operatorId, sum);
      told.set(allowance, [...counts]);
    }
    if (added.size === 0) return;
    await this.#db.transaction(async (tx) => {
      await actForEveryTenant(tx);
      const figures = Array.from(added.values(), (counts) => `{${counts.join()}}`);
      await tx.query(ADD, [[...added.keys()], figures]);
    });
    for (const [allowance, counts] of told) this.#told.set(allowance, counts);
  }
}

/** In the order of the operators, so that two nodes never wait for each other. */
const ADD = `
  INSERT INTO operator_latency AS known (tenant_id, day, counts)
  SELECT tenant_id, (statement_timestamp() AT TIME ZONE 'Africa/Nairobi')::date, counts::bigint[]
  FROM unnest($1::text[], $2::text[]) AS told (tenant_id, counts) ORDER BY tenant_id
  ON CONFLICT (day, tenant_id) DO UPDATE SET counts = (
    SELECT array_agg(before + more ORDER BY bucket)
    FROM unnest(known.counts, excluded.counts) WITH ORDINALITY AS figures (before, more, bucket))`;
