import type { Agenda } from 'agenda';
import type pg from 'pg';
import type { Scheduled } from './schedule.ts';

interface Row {
  readonly name: string;
  readonly repeat_interval: string | null;
  readonly repeat_timezone: string | null;
}

/**
 * Makes the database's schedule the table's. A row that says the same already is left alone: writing it again
 * would move a run that is due, or was missed while no worker ran, to the next day.
 */
export async function syncSchedule(
  agenda: Agenda,
  pool: pg.Pool,
  schedule: readonly Scheduled[],
): Promise<void> {
  const { rows } = await pool.query<Row>(
    `SELECT name, repeat_interval, repeat_timezone FROM agenda_jobs WHERE type = 'single'`,
  );
  const known = new Map(rows.map((row) => [row.name, row]));
  for (const { job, cron, timeZone } of schedule) {
    const row = known.get(job);
    known.delete(job);
    if (row?.repeat_interval === cron && row.repeat_timezone === timeZone) continue;
    await agenda.every(cron, job, {}, { timezone: timeZone });
  }
  await pool.query(`DELETE FROM agenda_jobs WHERE type = 'single' AND name = ANY($1)`, [[...known.keys()]]);
}
