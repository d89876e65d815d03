import type { Tx } from '../../../platform/db/tx.ts';

/**
 * A registration takes the locks of all keys it touches exclusively; a bet takes those of its bettor's keys
 * shared. So a bet and a registration about the same person are one before the other, never side by side.
 * Every taker goes through the keys in the same order.
 */
export async function lockKeys(tx: Tx, keys: Iterable<Buffer>, mode: 'exclusive' | 'shared'): Promise<void> {
  const sorted = [...new Set(Array.from(keys, numberOf))].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  if (sorted.length === 0) return;
  const take = mode === 'exclusive' ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared';
  await tx.query(`SELECT ${take}(number) FROM unnest($1::bigint[]) AS number`, [sorted.map(String)]);
}

/** The first 64 bits. */
function numberOf(key: Buffer): bigint {
  return key.readBigInt64BE(0);
}

/** Beyond it the same people are changed faster than they can be locked. */
const LOOKS_MAX = 20;

/**
 * Whoever changes a person or an exclusion of theirs holds the locks of *all* their keys, also of those nobody
 * named: a bet is placed under those of the account. Which keys that are is only known after a look, and may be more
 * by the time they are locked. So: look, lock in order, look again; what was missed is not locked then, out of its
 * order, but everything let go of and locked anew: two who wait for what the other came to later wait for ever.
 */
export async function lockFound<TFound>(
  tx: Tx,
  look: () => Promise<TFound>,
  keysOf: (found: TFound) => readonly Buffer[],
): Promise<TFound> {
  const keys = [...keysOf(await look())];
  for (let looks = 0; looks < LOOKS_MAX; looks++) {
    await tx.query('SAVEPOINT keys');
    await lockKeys(tx, keys, 'exclusive');
    const found = await look();
    const held = new Set(keys.map(numberOf));
    const missed = keysOf(found).filter((key) => !held.has(numberOf(key)));
    if (missed.length === 0) {
      await tx.query('RELEASE SAVEPOINT keys');
      return found;
    }
    keys.push(...missed);
    await tx.query('ROLLBACK TO SAVEPOINT keys');
  }
  throw lostRace();
}

/** Things are not as they were when they were looked at: from the start again. */
export function lostRace(): Error {
  return Object.assign(new Error('somebody else changed it meanwhile'), { code: '40001' });
}
