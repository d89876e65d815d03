import type { Tx } from '../db/tx.ts';

/**
 * The effect of a job, exactly once however often the job runs: its key is taken in the transaction of the
 * effect, so both are there or neither. A twin running at the same time waits here for the other's end.
 * Returns whether the effect was this run's.
 */
export async function once(tx: Tx, key: string, effect: () => Promise<void>): Promise<boolean> {
  const { rowCount } = await tx.query('INSERT INTO job_effects (key) VALUES ($1) ON CONFLICT DO NOTHING', [
    key,
  ]);
  if (rowCount === 0) return false;
  await effect();
  return true;
}
