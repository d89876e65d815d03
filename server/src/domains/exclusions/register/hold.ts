import type { Tx } from '../../../platform/db/tx.ts';
import { MATCH } from '../../matching/index.ts';
import { lockFound } from './locks.ts';

export interface OwnedKey {
  readonly personId: string;
  readonly key: Buffer;
  /** Nobody bets under a match key, so it is not locked: people of one name have nothing to do with each other. */
  readonly isMatch: boolean;
}

/**
 * Locks people, with every key of theirs and with further keys that are about to become theirs, so that nobody
 * registers, bets or changes anything about them until the transaction ends. Their keys.
 */
export async function holdKeysOf(
  tx: Tx,
  personIds: readonly string[],
  furtherKeys: readonly Buffer[] = [],
): Promise<OwnedKey[]> {
  const known = await lockFound(
    tx,
    () => keysOfPeople(tx, personIds),
    (found) => [...furtherKeys, ...lockable(found)],
  );
  await tx.query('SELECT FROM persons WHERE id = ANY($1::text[]) ORDER BY id FOR NO KEY UPDATE', [personIds]);
  return known;
}

export async function keysOfPeople(tx: Tx, personIds: readonly string[]): Promise<OwnedKey[]> {
  const { rows } = await tx.query<OwnedKey>(
    `SELECT person_id AS "personId", key, type = '${MATCH}' AS "isMatch" FROM identifiers
     WHERE person_id = ANY($1::text[]) ORDER BY key`,
    [personIds],
  );
  return rows;
}

export function lockable(known: readonly Pick<OwnedKey, 'key' | 'isMatch'>[]): Buffer[] {
  return known.filter(({ isMatch }) => !isMatch).map(({ key }) => key);
}
