import type { Tx } from '../../../platform/db/tx.ts';

/**
 * The authority behind a bet: is anybody known by one of these keys excluded at this instant? The locks last to
 * the end of the caller's transaction, so a registration acknowledged before the bet commits is seen by it, and
 * one that comes later waits. A bet asks the same function inside its own statement.
 */
export async function isExcluded(tx: Tx, keys: readonly Buffer[]): Promise<boolean> {
  if (keys.length === 0) return false;
  const { rows } = await tx.query<{ excluded: boolean }>(
    'SELECT EXISTS (SELECT FROM register_excluded_keys($1::bytea[])) AS excluded',
    [keys],
  );
  return rows[0]?.excluded ?? true;
}
