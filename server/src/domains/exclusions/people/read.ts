import { notFound } from '@kinga/shared/contract/errors.ts';
import type { ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import { IDENTIFIER_TYPES } from '@kinga/shared/exclusions/identifier.ts';
import type { people, RegisteredPerson } from '@kinga/shared/exclusions/people.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Platform } from '../../../platform/context.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import { COLUMNS as EXCLUSION_COLUMNS, type ExclusionRow, toExclusion } from '../register/read.ts';

export async function getPerson(
  { db, crypto }: Platform,
  { id }: ParsedInputOf<typeof people.getPerson>,
  call: Call,
): Promise<RegisteredPerson> {
  return await db.transaction(async (tx) => {
    const [person] = await readPeople(tx, crypto, [id]);
    if (person === undefined) throw notFound('id', 'There is no such person');
    const { actor, requestId } = call;
    await recordAudit(tx, { actor, requestId, action: 'person.read', subject: id });
    return person;
  });
}

interface PersonRow {
  readonly id: string;
  readonly name: Buffer | null;
  readonly date_of_birth: Buffer | null;
  readonly merged_into: string | null;
}

export async function readPeople(
  tx: Tx,
  crypto: Crypto,
  personIds: readonly string[],
): Promise<RegisteredPerson[]> {
  const { rows } = await tx.query<PersonRow>(
    'SELECT id, name, date_of_birth, merged_into FROM persons WHERE id = ANY($1::text[]) ORDER BY id',
    [personIds],
  );
  const identifiers = await tx.query<{ person_id: string; type: string; original: Buffer }>(
    `SELECT person_id, type, original FROM identifiers
     WHERE person_id = ANY($1::text[]) AND type = ANY($2::text[]) ORDER BY created_at, key`,
    [personIds, IDENTIFIER_TYPES],
  );
  const exclusions = await tx.query<ExclusionRow & { person_id: string }>(
    `SELECT ${EXCLUSION_COLUMNS}, p.person_id
     FROM exclusion_persons p JOIN exclusions e ON e.id = p.exclusion_id
     WHERE p.person_id = ANY($1::text[]) ORDER BY e.seq DESC`,
    [personIds],
  );
  const merges = await tx.query<{ id: string; keep_id: string; merged_id: string; merged_at: Date }>(
    `SELECT id, keep_id, merged_id, merged_at FROM person_merges
     WHERE keep_id = ANY($1::text[]) AND undone_at IS NULL ORDER BY no DESC`,
    [personIds],
  );
  const open = (sealed: Buffer | null) => (sealed === null ? null : crypto.open(sealed));
  return rows.map((row) => ({
    id: row.id,
    name: open(row.name),
    dateOfBirth: open(row.date_of_birth),
    mergedInto: row.merged_into,
    identifiers: identifiers.rows
      .filter(({ person_id }) => person_id === row.id)
      .map(({ type, original }) => ({ type, value: crypto.open(original) })),
    exclusions: exclusions.rows.filter(({ person_id }) => person_id === row.id).map(toExclusion),
    merges: merges.rows
      .filter(({ keep_id }) => keep_id === row.id)
      .map(({ id, merged_id, merged_at }) => ({
        id,
        personId: merged_id,
        mergedAt: merged_at.toISOString(),
      })),
  }));
}
