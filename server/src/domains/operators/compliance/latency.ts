import type { Tx } from '../../../platform/db/tx.ts';
import { quantileMs } from '../../../platform/metrics/latency.ts';
import type { Period } from './days.ts';

export interface Speed {
  readonly lookupP50Ms: number | null;
  readonly lookupP99Ms: number | null;
}

export const NO_SPEED: Speed = { lookupP50Ms: null, lookupP99Ms: null };

/** How fast an operator was answered on each of these days, and over all of them. The transaction acts for it. */
export async function speedOf(
  tx: Tx,
  operatorId: string,
  { from, to }: Period,
): Promise<{ readonly days: ReadonlyMap<string, Speed>; readonly all: Speed }> {
  const { rows } = await tx.query<{ day: string; counts: number[] }>(
    `SELECT to_char(day, 'YYYY-MM-DD') AS day, counts::float8[] AS counts FROM operator_latency
     WHERE tenant_id = $1 AND day BETWEEN $2 AND $3`,
    [operatorId, from, to],
  );
  const all: number[] = [];
  for (const { counts } of rows) {
    for (const [bucket, count] of counts.entries()) all[bucket] = (all[bucket] ?? 0) + count;
  }
  return { days: new Map(rows.map(({ day, counts }) => [day, toldOf(counts)])), all: toldOf(all) };
}

/** How fast each operator was answered today. The transaction acts for every tenant. */
export async function speedsToday(tx: Tx): Promise<ReadonlyMap<string, Speed>> {
  const { rows } = await tx.query<{ tenant_id: string; counts: number[] }>(
    `SELECT tenant_id, counts::float8[] AS counts FROM operator_latency
     WHERE day = (statement_timestamp() AT TIME ZONE 'Africa/Nairobi')::date`,
  );
  return new Map(rows.map(({ tenant_id, counts }) => [tenant_id, toldOf(counts)]));
}

function toldOf(counts: readonly number[]): Speed {
  return { lookupP50Ms: quantileMs(counts, 0.5), lookupP99Ms: quantileMs(counts, 0.99) };
}
