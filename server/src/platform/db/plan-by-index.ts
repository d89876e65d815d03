import type { Tx } from './tx.ts';

/**
 * For a transaction over tables that grow from nothing to millions within one import, before anybody has counted
 * them: left to itself PostgreSQL reads them from end to end. So every join is taken as it is written, by index,
 * from the keys at hand to what belongs to them.
 */
export async function planByIndex(tx: Tx): Promise<void> {
  await tx.query(`
    SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;
    SET LOCAL join_collapse_limit = 1; SET LOCAL from_collapse_limit = 1;
    SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL jit = off`);
}
