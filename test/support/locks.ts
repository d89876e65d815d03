import type { TestDatabase } from './database.ts';

type Pooled = Pick<TestDatabase, 'pool'>;

/** Whether exactly so many wait for somebody's lock. */
export async function areWaiting({ pool }: Pooled, count: number): Promise<boolean> {
  const { rowCount } = await pool.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rowCount === count;
}

/** How often PostgreSQL has had to end one of two who waited for each other. */
export async function deadlocksOf({ pool }: Pooled): Promise<number> {
  const { rows } = await pool.query<{ deadlocks: number }>(
    'SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()',
  );
  return rows[0]!.deadlocks;
}
