import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { lockKeys, lockNumbersOf } from '../register/locks.ts';

/** A person as they stand under the locks; what is personal is sealed. */
export interface HeldPerson {
  readonly id: string;
  readonly name: Buffer | null;
  readonly date_of_birth: Buffer | null;
  readonly merged_into: string | null;
}

/**
 * Locks people with every key of theirs and with further keys that are about to become theirs, in the order of
 * a registration, so that nobody registers, bets or changes anything about them until the transaction ends. Which
 * keys that are is only known after a look: so look, lock in order, look again (see register/known.ts).
 */
export async function holdPeople(
  tx: Tx,
  personIds: readonly string[],
  furtherKeys: readonly Buffer[] = [],
): Promise<HeldPerson[]> {
  const seen = [...furtherKeys, ...(await keysOfPeople(tx, personIds))];
  await lockKeys(tx, seen, 'exclusive');
  const held = new Set(lockNumbersOf(seen));
  const known = await keysOfPeople(tx, personIds);
  await lockKeys(
    tx,
    known.filter((key) => !held.has(key.readBigInt64BE(0))),
    'exclusive',
  );
  const { rows } = await tx.query<HeldPerson>(
    `SELECT id, name, date_of_birth, merged_into FROM persons WHERE id = ANY($1::text[])
     ORDER BY id FOR NO KEY UPDATE`,
    [personIds],
  );
  return rows;
}

/** The one person, who must exist and be nobody else's record. */
export async function holdPerson(
  tx: Tx,
  personId: string,
  furtherKeys: readonly Buffer[] = [],
): Promise<HeldPerson> {
  const [person] = await holdPeople(tx, [personId], furtherKeys);
  return standing(person, 'personId');
}

export function standing(person: HeldPerson | undefined, path: string): HeldPerson {
  if (person === undefined) throw new KingaError('NOT_FOUND', 'There is no such person');
  if (person.merged_into !== null) {
    const message = `merged into ${person.merged_into}`;
    throw new KingaError('CONFLICT', `${path}: ${message}`, { details: [{ path, message }] });
  }
  return person;
}

async function keysOfPeople(tx: Tx, personIds: readonly string[]): Promise<Buffer[]> {
  const { rows } = await tx.query<{ key: Buffer }>(
    'SELECT key FROM identifiers WHERE person_id = ANY($1::text[]) ORDER BY key',
    [personIds],
  );
  return rows.map(({ key }) => key);
}
