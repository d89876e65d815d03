import type { Tx } from '../../../platform/db/tx.ts';
import { MATCH } from '../../matching/index.ts';
import { lockable, type OwnedKey } from './hold.ts';
import { lockFound } from './locks.ts';
import type { Registration } from './registration.ts';

/** An identifier of a person the register knows. */
export interface KnownIdentifier extends OwnedKey {
  readonly hex: string;
  readonly strong: boolean;
  readonly saidBy: string | null;
}

/** With everything about the people of these registrations locked: what the register knows of them. */
export async function lockPeople(tx: Tx, registrations: readonly Registration[]): Promise<KnownIdentifier[]> {
  const given = new Map<string, Buffer>();
  const strong = new Map<string, Buffer>();
  for (const { identifiers } of registrations) {
    for (const identifier of identifiers) {
      if (identifier.type !== MATCH) given.set(identifier.hex, identifier.key);
      if (identifier.strong) strong.set(identifier.hex, identifier.key);
    }
  }
  const strongKeys = [...strong.values()];
  return await lockFound(tx, {
    look: () => readKnown(tx, strongKeys),
    peopleOf: (found) => [...new Set(found.map(({ personId }) => personId))],
    keysOf: (found) => [...given.values(), ...lockable(found)],
  });
}

interface KnownRow {
  readonly person_id: string;
  readonly key: Buffer;
  readonly strong: boolean;
  readonly is_match: boolean;
  readonly said_by: string | null;
}

/** Every identifier of the people who have one of these. */
async function readKnown(tx: Tx, strongKeys: readonly Buffer[]): Promise<KnownIdentifier[]> {
  if (strongKeys.length === 0) return [];
  const { rows } = await tx.query<KnownRow>(
    `SELECT i.person_id, i.key, i.type IN ('nationalId', 'passport', 'alienId') AS strong,
            i.type = '${MATCH}' AS is_match, i.said_by
     FROM identifiers i
     WHERE i.person_id IN (
       SELECT s.person_id FROM identifiers s
       WHERE s.key = ANY($1::bytea[]) AND s.type IN ('nationalId', 'passport', 'alienId'))`,
    [strongKeys],
  );
  return rows.map(({ person_id, key, strong, is_match, said_by }) => ({
    personId: person_id,
    key,
    hex: key.toString('hex'),
    strong,
    isMatch: is_match,
    saidBy: said_by,
  }));
}
