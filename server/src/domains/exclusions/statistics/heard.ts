import type { Tx } from '../../../platform/db/tx.ts';

/**
 * From the commit of a change to its acknowledgement, and to the report that the account is closed. Of an operator
 * that is suspended meanwhile no key works: its time begins anew when it is reinstated.
 */
export const ACKNOWLEDGED_WITHIN_SECONDS = 5;
export const CLOSED_WITHIN_SECONDS = 24 * 3600;

/** What became of the changes of the register at one operator; what is still within its time is not judged yet. */
export interface Heard {
  /** Changes that concerned its customers and should have been acknowledged, and those that were, in time. */
  readonly changes: number;
  readonly changesInTime: number;
  /** Accounts that should have been closed, and those that were, in time. */
  readonly closings: number;
  readonly closingsInTime: number;
}

export const NOTHING_HEARD: Heard = { changes: 0, changesInTime: 0, closings: 0, closingsInTime: 0 };

/**
 * Each suspension with the time to answer in that begins after it: those that follow each other within that are one.
 * `infinity` while a suspension lasts. Of one that touches none of the time to answer in, nothing changes.
 */
const awayFor = (seconds: string) =>
  `range_agg(tstzrange(suspended_at, reinstated_at + make_interval(secs => ${seconds})))`;
const dueAfter = (seconds: string, times: string) => `
  greatest(committed_at + make_interval(secs => ${seconds}), CASE WHEN ${times} IS NOT NULL THEN (
    SELECT max(coalesce(upper(time), 'infinity')) FROM unnest(${times}) AS time
    WHERE time && tstzrange(committed_at, committed_at + make_interval(secs => ${seconds}))) END)`;

/** By operator, of the Nairobi days given, both included: of those the transaction acts for, or of one of them only. */
export async function readHeard(
  tx: Tx,
  { from, to }: { readonly from: string; readonly to: string },
  only?: string,
): Promise<Map<string, Heard>> {
  const { rows } = await tx.query<Heard & { tenant_id: string }>(
    `WITH away AS (
       SELECT tenant_id, ${awayFor('$3')} AS acknowledging, ${awayFor('$4')} AS closing
       FROM operator_suspensions WHERE $5::text IS NULL OR tenant_id = $5 GROUP BY tenant_id
     ), receipts AS (
       SELECT tenant_id, must_close, acknowledged_at, reported_at,
              ${dueAfter('$3', 'away.acknowledging')} AS acknowledge_by,
              ${dueAfter('$4', 'away.closing')} AS close_by
       FROM propagation_receipts LEFT JOIN away USING (tenant_id)
       WHERE committed_at >= $1::date::timestamp AT TIME ZONE 'Africa/Nairobi'
         AND committed_at < ($2::date + 1)::timestamp AT TIME ZONE 'Africa/Nairobi'
         AND ($5::text IS NULL OR tenant_id = $5)
     )
     SELECT tenant_id,
            (count(*) FILTER (WHERE acknowledged_at IS NOT NULL OR acknowledge_by < statement_timestamp()))::float8
              AS changes,
            (count(*) FILTER (WHERE acknowledged_at <= acknowledge_by))::float8 AS "changesInTime",
            (count(*) FILTER (WHERE must_close AND (reported_at IS NOT NULL OR close_by < statement_timestamp())))::float8
              AS closings,
            (count(*) FILTER (WHERE must_close AND reported_at <= close_by))::float8 AS "closingsInTime"
     FROM receipts GROUP BY tenant_id`,
    [from, to, ACKNOWLEDGED_WITHIN_SECONDS, CLOSED_WITHIN_SECONDS, only ?? null],
  );
  return new Map(rows.map(({ tenant_id, ...heard }) => [tenant_id, heard]));
}
