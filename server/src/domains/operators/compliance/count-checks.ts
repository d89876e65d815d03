import type { Database } from '../../../platform/db/database.ts';
import { actForEveryTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { checkIdsOf, today } from './days.ts';

/** A day of checks may be a hundred million rows. */
const TIME_MAX = '10min';

/**
 * Counts each operator's checks of one day and puts the figures in the place of what was counted before, so that
 * counting again corrects and never adds. Without a day: yesterday and today. The sandbox does not count.
 */
export async function countChecks(db: Database, date?: string): Promise<readonly string[]> {
  const days = date === undefined ? await lastDays(db) : [date];
  for (const day of days) await db.transaction((tx) => countDay(tx, day));
  return days;
}

async function lastDays(tx: Tx): Promise<string[]> {
  const now = await today(tx);
  return [now.minus({ days: 1 }).toISODate() ?? '', now.toISODate() ?? ''];
}

async function countDay(tx: Tx, day: string): Promise<void> {
  await tx.query(`SET LOCAL statement_timeout = '${TIME_MAX}'`);
  // Two workers with the same day would each count and then overwrite each other; the second may wait.
  await tx.query(`SELECT pg_advisory_xact_lock(hashtext('operator_statistics'), hashtext($1))`, [day]);
  await actForEveryTenant(tx);
  await tx.query('DELETE FROM operator_statistics WHERE day = $1', [day]);
  const { firstId, endId } = checkIdsOf(day);
  await tx.query(COUNT, [day, firstId, endId]);
}

/** An UNKNOWN was taken seriously when the same person was asked about again and answered. */
const COUNT = `
  WITH asked AS (
    SELECT k.tenant_id, c.subject, c.purpose, c.answer, c.at
    FROM checks c JOIN api_keys k ON k.no = c.key_no
    WHERE c.id >= $2::uuid AND c.id < $3::uuid AND k.environment = 'live'
  ), repeated AS (
    SELECT unknown.tenant_id, unknown.purpose, count(*) AS repeated
    FROM asked unknown
    WHERE unknown.answer = 'U' AND EXISTS (
      SELECT FROM asked later
      WHERE later.tenant_id = unknown.tenant_id AND later.subject = unknown.subject
        AND later.answer <> 'U' AND later.at > unknown.at)
    GROUP BY unknown.tenant_id, unknown.purpose
  ), counted AS (
    SELECT tenant_id, purpose, answer, count(*) AS checks FROM asked GROUP BY tenant_id, purpose, answer
  )
  INSERT INTO operator_statistics (tenant_id, day, purpose, answer, checks, repeated)
  SELECT c.tenant_id, $1::date,
         CASE c.purpose WHEN 'r' THEN 'registration' WHEN 'l' THEN 'login' WHEN 'd' THEN 'deposit'
                        WHEN 'b' THEN 'bet' WHEN 'm' THEN 'marketing' END,
         CASE c.answer WHEN 'E' THEN 'EXCLUDED' WHEN 'C' THEN 'CLEAR' WHEN 'U' THEN 'UNKNOWN' END,
         c.checks, CASE c.answer WHEN 'U' THEN coalesce(r.repeated, 0) ELSE 0 END
  FROM counted c LEFT JOIN repeated r ON r.tenant_id = c.tenant_id AND r.purpose = c.purpose`;
