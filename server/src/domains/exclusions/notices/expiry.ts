import type { Database } from '../../../platform/db/database.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { appendEvents } from '../../../platform/outbox/outbox.ts';

const BATCH = 500;

export interface ExpiryNoticesOptions {
  /** Absent: the database's clock. */
  readonly now?: Date | undefined;
  /** Between two batches: throwing here stops after the last one that was committed. */
  readonly betweenBatches?: (() => void) | undefined;
}

/**
 * Notices 30, 7 and 1 days before the end of an exclusion, each once: the row that says so is written in the
 * transaction of the notice. After an outage only the one that fits the time left is sent. No notice for a point
 * that lies before the exclusion itself (a 30-day one has no "30 days before"), nor while another exclusion of
 * the same person lasts longer, for that would promise an end that does not come.
 */
export async function sendExpiryNotices(db: Database, options: ExpiryNoticesOptions = {}): Promise<number> {
  const { now = null, betweenBatches } = options;
  for (let total = 0; ; ) {
    const claimed = await db.transaction((tx) => sendBatch(tx, now));
    total += claimed;
    if (claimed === 0) return total;
    betweenBatches?.();
  }
}

interface DueRow {
  readonly exclusion_id: string;
  readonly days_before: number;
  readonly reference: string;
  readonly ends_at: Date;
  /** Null: nobody to tell here. */
  readonly account_id: string | null;
}

async function sendBatch(tx: Tx, now: Date | null): Promise<number> {
  const { rows } = await tx.query<DueRow>(
    `WITH clock AS (SELECT coalesce($2::timestamptz, statement_timestamp()) AS now), due AS (
       SELECT e.id, e.reference, e.ends_at, point.days
         FROM clock, exclusions AS e
         CROSS JOIN LATERAL (
           SELECT min(days) AS days FROM unnest(ARRAY[30, 7, 1]) AS days
            WHERE e.ends_at - make_interval(days => days) <= now) AS point
        WHERE e.ends_at > now AND e.ends_at <= now + interval '30 days'
          AND e.ends_at - make_interval(days => point.days) > greatest(e.starts_at, e.registered_at)
          AND NOT EXISTS (SELECT FROM exclusion_notices AS n
                           WHERE n.exclusion_id = e.id AND n.days_before = point.days)
          AND NOT EXISTS (SELECT FROM exclusion_persons AS mine
                            JOIN exclusion_persons AS theirs USING (person_id)
                            JOIN exclusions AS other ON other.id = theirs.exclusion_id
                           WHERE mine.exclusion_id = e.id AND other.id <> e.id
                             AND other.starts_at <= e.ends_at
                             AND (other.ends_at IS NULL OR other.ends_at > e.ends_at))
        ORDER BY e.ends_at LIMIT $1
     ), claimed AS (
       INSERT INTO exclusion_notices (exclusion_id, days_before) SELECT id, days FROM due
       ON CONFLICT DO NOTHING RETURNING exclusion_id, days_before
     )
     SELECT DISTINCT claimed.exclusion_id, claimed.days_before, due.reference, due.ends_at, known.account_id
       FROM claimed
       JOIN due ON due.id = claimed.exclusion_id
       LEFT JOIN exclusion_persons AS p ON p.exclusion_id = due.id
       LEFT JOIN identifiers AS i ON i.person_id = p.person_id
       LEFT JOIN account_identifiers AS known ON known.key = i.key`,
    [BATCH, now],
  );
  await appendEvents(
    tx,
    rows
      .filter((row) => row.account_id !== null)
      .map((row) => ({
        topic: `inbox/${row.account_id}`,
        type: 'exclusionEnding',
        data: {
          exclusionId: row.exclusion_id,
          reference: row.reference,
          endsAt: row.ends_at.toISOString(),
          daysBefore: row.days_before,
        },
      })),
  );
  return new Set(rows.map((row) => row.exclusion_id)).size;
}
