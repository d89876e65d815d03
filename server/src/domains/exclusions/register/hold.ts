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
): Promise<readonly OwnedKey[]> {
  return (await hold(tx, async () => personIds, furtherKeys)).known;
}

/** The same where `who` has to find out whom it is about, who may be others by the time they are held. Who they are. */
export async function holdWhoever(
  tx: Tx,
  who: () => Promise<readonly string[]>,
  furtherKeys: readonly Buffer[] = [],
): Promise<readonly string[]> {
  return (await hold(tx, who, furtherKeys)).personIds;
}

interface Held {
  readonly personIds: readonly string[];
  readonly known: readonly OwnedKey[];
}

function hold(tx: Tx, who: () => Promise<readonly string[]>, furtherKeys: readonly Buffer[]): Promise<Held> {
  return lockFound(tx, {
    look: async () => {
      const personIds = await who();
      return { personIds, known: await keysOfPeople(tx, personIds) };
    },
    peopleOf: ({ personIds }) => personIds,
    keysOf: ({ known }) => [...furtherKeys, ...lockable(known)],
  });
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
