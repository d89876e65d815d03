import type { Tx } from '../../../platform/db/tx.ts';
import { lockKeys } from './locks.ts';

/**
 * The authority behind a bet: is anybody known by one of these keys excluded at this instant? The locks last to
 * the end of the caller's transaction, so a registration acknowledged before the bet commits is seen by it, and
 * one that comes later waits.
 */
export async function isExcluded(tx: Tx, keys: readonly Buffer[]): Promise<boolean> {
  if (keys.length === 0) return false;
  await lockKeys(tx, keys, 'shared');
  // A statement of its own: its snapshot must be younger than the locks.
  const { rows } = await tx.query<{ excluded: boolean }>(
    `SELECT EXISTS (
       SELECT FROM identifiers i
       JOIN exclusion_persons p ON p.person_id = i.person_id
       JOIN exclusions e ON e.id = p.exclusion_id
       WHERE i.key = ANY($1::bytea[]) AND e.starts_at <= clock_timestamp()
         AND (e.in_force_until IS NULL OR e.in_force_until > clock_timestamp())
     ) AS excluded`,
    [keys],
  );
  return rows[0]?.excluded ?? true;
}
