import type { Database } from '../db/database.ts';

/** Far longer than any job is retried, so a forgotten key can not be needed again. */
const KEPT = '90 days';
const BATCH = 5_000;

/** Forgets effects, and the jobs that were given up, after a long time. */
export async function pruneJobs(db: Database): Promise<{ effects: number; jobs: number }> {
  const effects = await deleteAll(
    db,
    `DELETE FROM job_effects WHERE key IN (
       SELECT key FROM job_effects WHERE done_at < statement_timestamp() - $2::interval ORDER BY done_at LIMIT $1)`,
  );
  const jobs = await deleteAll(
    db,
    `DELETE FROM agenda_jobs WHERE id IN (
       SELECT id FROM agenda_jobs
        WHERE type = 'normal' AND next_run_at IS NULL AND locked_at IS NULL
          AND last_finished_at < statement_timestamp() - $2::interval LIMIT $1)`,
  );
  return { effects, jobs };
}

async function deleteAll(db: Database, statement: string): Promise<number> {
  let total = 0;
  for (;;) {
    const { rowCount } = await db.query(statement, [BATCH, KEPT]);
    total += rowCount;
    if (rowCount < BATCH) return total;
  }
}
