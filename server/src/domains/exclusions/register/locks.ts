import type { Tx } from '../../../platform/db/tx.ts';

/**
 * A registration takes the locks of all keys it touches exclusively; a bet takes those of its bettor's keys
 * shared. So a bet and a registration about the same person are one before the other, never side by side.
 * Every taker goes through the keys in the same order.
 */
export async function lockKeys(tx: Tx, keys: Iterable<Buffer>, mode: 'exclusive' | 'shared'): Promise<void> {
  const sorted = lockNumbersOf(keys);
  if (sorted.length === 0) return;
  const take = mode === 'exclusive' ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared';
  await tx.query(`SELECT ${take}(number) FROM unnest($1::bigint[]) AS number`, [sorted.map(String)]);
}

/** The first 64 bits of each key, each once, in order. */
export function lockNumbersOf(keys: Iterable<Buffer>): bigint[] {
  const numbers = new Set<bigint>();
  for (const key of keys) numbers.add(key.readBigInt64BE(0));
  return [...numbers].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
