import { invalidInput } from '@kinga/shared/contract/errors.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { followMatchKeys } from '../register/match-keys.ts';
import { changeHeld, type PeopleChange } from './change.ts';
import { recordPersonChange } from './history.ts';
import { holdPerson } from './hold.ts';
import type { IdentifierEdit } from './identifiers.ts';

/** Corrects what a person is called or when they were born; what stood there before is kept under seal. */
export async function correctPerson(
  tx: Tx,
  { crypto, deps, call }: IdentifierEdit,
  input: {
    readonly personId: string;
    readonly name?: string | undefined;
    readonly dateOfBirth?: string | undefined;
  },
): Promise<PeopleChange> {
  const { personId, name, dateOfBirth } = input;
  if (name === undefined && dateOfBirth === undefined) {
    throw invalidInput('name', 'a name or a date of birth to correct');
  }
  const person = await holdPerson(tx, personId);
  const open = (sealed: Buffer | null) => (sealed === null ? null : crypto.open(sealed));
  const before = { name: open(person.name), dateOfBirth: open(person.date_of_birth) };
  await recordPersonChange(
    tx,
    { crypto, call },
    {
      personId,
      action: 'corrected',
      content: { before },
      details: { name: name !== undefined, dateOfBirth: dateOfBirth !== undefined },
    },
  );
  const follow = await followMatchKeys(tx, crypto, personId);
  const seal = (text: string | undefined) => (text === undefined ? null : crypto.seal(text));
  return changeHeld(tx, deps, {
    personIds: [personId],
    write: async (inside) => {
      await inside.query(
        `UPDATE persons SET name = coalesce($2, name), date_of_birth = coalesce($3, date_of_birth)
         WHERE id = $1`,
        [personId, seal(name), seal(dateOfBirth)],
      );
      await follow(inside);
    },
  });
}
