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

export interface Finding<TFound> {
  look(): Promise<TFound>;
  peopleOf(found: TFound): readonly string[];
  keysOf(found: TFound): readonly Buffer[];
}

/** Beyond it the same people are changed faster than they can be locked. */
const LOOKS_MAX = 20;

/**
 * Whoever changes a person or an exclusion of theirs holds the locks of *all* their keys, also of those nobody
 * named: a bet is placed under those of the account. And their row: a person without any key, merged into another, is
 * given them back by whoever has the row. Which keys and people that are is only known after a look, and may be others
 * by the time they are locked. So: look, lock in order, look again; what was missed is not locked then, out of its
 * order, but everything let go of and locked anew: two who wait for what the other came to later wait for ever.
 *
 * One savepoint, never one within another: who waits for a row locked in an inner one that was released waits for the
 * end of the whole transaction, whatever is rolled back.
 */
export async function lockFound<TFound>(
  tx: Tx,
  { look, peopleOf, keysOf }: Finding<TFound>,
): Promise<TFound> {
  let found = await look();
  const keys = [...keysOf(found)];
  for (let looks = 0; looks < LOOKS_MAX; looks++) {
    await tx.query('SAVEPOINT found');
    await lockKeys(tx, keys, 'exclusive');
    await lockPersons(tx, peopleOf(found));
    const again = await look();
    const held = new Set(keys.map(numberOf));
    const missed = keysOf(again).filter((key) => !held.has(numberOf(key)));
    if (missed.length === 0 && areSame(peopleOf(again), peopleOf(found))) {
      await tx.query('RELEASE SAVEPOINT found');
      return again;
    }
    keys.push(...missed);
    found = again;
    await tx.query('ROLLBACK TO SAVEPOINT found; RELEASE SAVEPOINT found');
  }
  throw lostRace();
}

async function lockPersons(tx: Tx, personIds: readonly string[]): Promise<void> {
  if (personIds.length === 0) return;
  await tx.query('SELECT FROM persons WHERE id = ANY($1::text[]) ORDER BY id FOR NO KEY UPDATE', [personIds]);
}

function areSame(left: readonly string[], right: readonly string[]): boolean {
  return new Set(left).symmetricDifference(new Set(right)).size === 0;
}

/** Things are not as they were when they were looked at: from the start again. */
export function lostRace(): Error {
  return Object.assign(new Error('somebody else changed it meanwhile'), { code: '40001' });
}
