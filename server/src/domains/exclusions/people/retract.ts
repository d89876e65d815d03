import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { MATCH } from '../../matching/index.ts';
import { changeHeld, NOTHING_TOLD, type PeopleChange } from './change.ts';
import { recordPersonChange } from './history.ts';
import { holdPeople } from './hold.ts';
import type { IdentifierEdit } from './identifiers.ts';

const STRONG = `('nationalId', 'passport', 'alienId')`;

/**
 * `identifiers i` that only $1 has said of their person: no later registration named them, and no account stands on
 * them beside a document of that person. A record that was made of what was said keeps the documents it is found by.
 */
const UNCONFIRMED = `i.said_by = $1
  AND EXISTS (SELECT FROM identifiers s WHERE s.person_id = i.person_id AND s.type IN ${STRONG} AND s.key <> i.key
                AND (s.said_by IS DISTINCT FROM $1 OR i.type NOT IN ${STRONG}))
  AND NOT EXISTS (SELECT FROM account_identifiers a
                  JOIN account_identifiers d ON d.account_id = a.account_id
                  JOIN identifiers s ON s.key = d.key AND s.person_id = i.person_id
                  WHERE a.key = i.key AND s.type IN ${STRONG} AND s.said_by IS DISTINCT FROM $1)`;

/** What was said of people turned out to be nothing: they are no longer known by it, and nobody is excluded by it. */
export async function retract(
  tx: Tx,
  { crypto, deps, call }: IdentifierEdit,
  saidBy: string,
): Promise<PeopleChange> {
  const people = await tx.query<{ person_id: string }>(
    'SELECT DISTINCT person_id FROM identifiers WHERE said_by = $1 ORDER BY person_id',
    [saidBy],
  );
  const personIds = people.rows.map((row) => row.person_id);
  if (personIds.length === 0) return NOTHING_TOLD;
  await holdPeople(tx, personIds);
  const { rows } = await tx.query<{ person_id: string; type: string; key: Buffer; original: Buffer }>(
    `SELECT i.person_id, i.type, i.key, i.original FROM identifiers i
     WHERE i.person_id = ANY($2::text[]) AND ${UNCONFIRMED} ORDER BY i.key`,
    [saidBy, personIds],
  );
  for (const personId of new Set(rows.map((row) => row.person_id))) {
    const identifiers = rows
      .filter(({ person_id, type }) => person_id === personId && type !== MATCH)
      .map(({ type, original }) => ({ type, value: crypto.open(original) }) as Identifier);
    const details = { saidBy, types: identifiers.map(({ type }) => type) };
    const content = { saidBy, identifiers };
    await recordPersonChange(
      tx,
      { crypto, call },
      { personId, action: 'identifiersRetracted', content, details },
    );
  }
  return await changeHeld(tx, deps, {
    personIds,
    write: async (inside) => {
      await inside.query(
        `DELETE FROM identifiers i USING unnest($1::text[], $2::bytea[]) AS gone (person_id, key)
         WHERE i.person_id = gone.person_id AND i.key = gone.key`,
        [rows.map((row) => row.person_id), rows.map((row) => row.key)],
      );
      await inside.query('UPDATE identifiers SET said_by = NULL WHERE said_by = $1', [saidBy]);
    },
  });
}
