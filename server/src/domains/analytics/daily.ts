import { DateTime } from 'luxon';
import type { Database } from '../../platform/db/database.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { countChecked } from '../exclusions/index.ts';

const ZONE = 'Africa/Nairobi';
/** A day of checks may be a hundred million rows. */
const TIME_MAX = '10min';

/** Times of one Nairobi day, and the ids of the checks in it: an id begins with its milliseconds. */
interface Day {
  readonly date: string;
  readonly from: Date;
  readonly to: Date;
  readonly firstCheckId: string;
  readonly endCheckId: string;
}

export function dayOf(date: string): Day {
  const from = DateTime.fromISO(date, { zone: ZONE });
  const to = from.plus({ days: 1 });
  return {
    date,
    from: from.toJSDate(),
    to: to.toJSDate(),
    firstCheckId: checkIdAt(from.toMillis()),
    endCheckId: checkIdAt(to.toMillis()),
  };
}

/**
 * Counts one day and puts the figures in the place of what was counted before, so that counting again (checks
 * may come out of a spool a day late) corrects and never adds. Without a day: yesterday and the day before, by
 * the database's clock.
 */
export async function computeDaily(db: Database, date?: string): Promise<readonly string[]> {
  const days = date === undefined ? await lastTwoDays(db) : [date];
  for (const day of days) await db.transaction((tx) => computeDay(tx, dayOf(day)));
  return days;
}

async function lastTwoDays(tx: Tx): Promise<string[]> {
  const { rows } = await tx.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  const today = DateTime.fromJSDate(rows[0]?.now ?? new Date(), { zone: ZONE });
  return [2, 1].map((days) => today.minus({ days }).toISODate() ?? '');
}

async function computeDay(tx: Tx, day: Day): Promise<void> {
  await tx.query(`SET LOCAL statement_timeout = '${TIME_MAX}'`);
  // Two workers with the same day would each count and then overwrite each other; the second may wait.
  await tx.query(`SELECT pg_advisory_xact_lock(hashtext('daily_statistics'), hashtext($1))`, [day.date]);
  await tx.query('DELETE FROM daily_statistics WHERE day = $1', [day.date]);
  await tx.query(
    `INSERT INTO daily_statistics (day, metric, breakdown, value)
     SELECT $1::date, 'registrations', source || '/' || period, count(*) FROM exclusions
      WHERE registered_at >= $2 AND registered_at < $3 AND NOT canary GROUP BY source, period
     UNION ALL
     SELECT $1::date, 'bets', '', count(*) FROM bets WHERE placed_at >= $2 AND placed_at < $3
     UNION ALL
     SELECT $1::date, 'betStakesMinor', '', coalesce(sum(stake_minor), 0) FROM bets
      WHERE placed_at >= $2 AND placed_at < $3`,
    [day.date, day.from, day.to],
  );
  await tx.query(
    `INSERT INTO daily_statistics (day, metric, breakdown, value)
     SELECT $1::date, 'checks', ${PURPOSE_NAME} || '/' || ${ANSWER_NAME}, count(*) FROM checks
      WHERE id >= $2::uuid AND id < $3::uuid AND key_no <> 0 GROUP BY purpose, answer`,
    [day.date, day.firstCheckId, day.endCheckId],
  );
  const checked = await countChecked(tx, day.date);
  await tx.query(
    `INSERT INTO daily_statistics (day, metric, breakdown, value)
     SELECT $1::date, 'registrationsChecked', * FROM unnest($2::text[], $3::bigint[])`,
    [day.date, [...checked.keys()], [...checked.values()]],
  );
}

const PURPOSE_NAME = `CASE purpose WHEN 'r' THEN 'registration' WHEN 'l' THEN 'login'
  WHEN 'd' THEN 'deposit' WHEN 'b' THEN 'bet' WHEN 'm' THEN 'marketing' END`;
const ANSWER_NAME = `CASE answer WHEN 'E' THEN 'EXCLUDED' WHEN 'C' THEN 'CLEAR' WHEN 'U' THEN 'UNKNOWN' END`;

function checkIdAt(ms: number): string {
  return `${ms.toString(16).padStart(12, '0')}${'0'.repeat(20)}`;
}
