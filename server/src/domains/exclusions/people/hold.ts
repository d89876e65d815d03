import { conflict, notFound } from '@kinga/shared/contract/errors.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { holdKeysOf } from '../register/hold.ts';

/** A person as they stand under the locks; what is personal is sealed. */
export interface HeldPerson {
  readonly id: string;
  readonly name: Buffer | null;
  readonly date_of_birth: Buffer | null;
  readonly merged_into: string | null;
}

/** As register/hold.ts, with how they stand then. */
export async function holdPeople(
  tx: Tx,
  personIds: readonly string[],
  furtherKeys: readonly Buffer[] = [],
): Promise<HeldPerson[]> {
  await holdKeysOf(tx, personIds, furtherKeys);
  const { rows } = await tx.query<HeldPerson>(
    'SELECT id, name, date_of_birth, merged_into FROM persons WHERE id = ANY($1::text[])',
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
  if (person === undefined) {
    throw notFound(path, 'There is no such person');
  }
  if (person.merged_into !== null) {
    throw conflict(path, `merged into ${person.merged_into}`);
  }
  return person;
}
