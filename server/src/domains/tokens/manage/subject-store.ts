import type { Tx } from '../../../platform/db/tx.ts';
import { type KnownSubject, type Named, type Subject, Subjects } from './subjects.ts';

/**
 * What the operator knows of these people, locked to the end of the transaction: two issues about one person are
 * one after the other, also when the person is new. (The pairs of numbers are a space of locks of their own.)
 */
export async function lockSubjects(tx: Tx, operatorId: string, named: readonly Named[]): Promise<Subjects> {
  const strong = [...new Set(named.flatMap((one) => one.strong))];
  const contacts = [...new Set(named.flatMap((one) => one.contactSet ?? []))];
  const numbers = [...new Set([...strong, ...contacts].map((hex) => Buffer.from(hex, 'hex').readInt32BE(0)))];
  await tx.query('SELECT pg_advisory_xact_lock(hashtext($1), number) FROM unnest($2::int[]) AS number', [
    operatorId,
    numbers.sort((a, b) => a - b),
  ]);
  const finds = await tx.query<{ hex: string; subject_id: string }>(
    `SELECT encode(key, 'hex') AS hex, subject_id FROM token_keys
     WHERE key = ANY($1::bytea[]) AND tenant_id = $2 AND finds`,
    [bytes(strong), operatorId],
  );
  const found = await tx.query<{ id: string; keys: Buffer; contact_set: Buffer | null }>(
    `SELECT id, keys, contact_set FROM token_subjects
     WHERE id = ANY($1::text[]) OR (tenant_id = $2 AND contact_set = ANY($3::bytea[]))
     ORDER BY id FOR NO KEY UPDATE`,
    [finds.rows.map(({ subject_id }) => subject_id), operatorId, bytes(contacts)],
  );
  return new Subjects(
    found.rows.map((row): KnownSubject => ({ id: row.id, keys: row.keys, contactSet: row.contact_set })),
    finds.rows.map(({ hex, subject_id }) => ({ hex, subjectId: subject_id })),
  );
}

/** New subjects with their keys, and what known ones gained. Returns those that gained. */
export async function storeSubjects(
  tx: Tx,
  of: { readonly operatorId: string; readonly isBulk: boolean },
  subjects: readonly Subject[],
): Promise<Subject[]> {
  const created = subjects.filter(({ isNew }) => isNew);
  const gained = subjects.filter(({ isNew, added }) => !isNew && added.length > 0);
  if (created.length > 0) {
    await tx.query(
      `INSERT INTO token_subjects (id, tenant_id, keys, person_key, contact_set, bulk)
       SELECT id, $5, keys, person_key, contact_set, $6
       FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::bytea[]) AS t (id, keys, person_key, contact_set)`,
      [
        created.map(({ id }) => id),
        created.map(allKeys),
        created.map(({ added, contactSet }) =>
          contactSet === undefined && added[0] !== undefined ? Buffer.from(added[0].hex, 'hex') : null,
        ),
        created.map(({ contactSet }) => (contactSet === undefined ? null : Buffer.from(contactSet, 'hex'))),
        of.operatorId,
        of.isBulk,
      ],
    );
  }
  if (gained.length > 0) {
    await tx.query(
      `UPDATE token_subjects s SET keys = t.keys
       FROM unnest($1::text[], $2::bytea[]) AS t (id, keys) WHERE s.id = t.id`,
      [gained.map(({ id }) => id), gained.map(allKeys)],
    );
  }
  await insertKeys(tx, of.operatorId, [...created, ...gained]);
  return gained;
}

async function insertKeys(tx: Tx, operatorId: string, subjects: readonly Subject[]): Promise<void> {
  const rows = subjects.flatMap(({ id, added }) => added.map((key) => ({ id, ...key })));
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO token_keys (key, subject_id, strong, finds, tenant_id)
     SELECT *, $5 FROM unnest($1::bytea[], $2::text[], $3::boolean[], $4::boolean[])`,
    [
      bytes(rows.map(({ hex }) => hex)),
      rows.map(({ id }) => id),
      rows.map(({ strong }) => strong),
      rows.map(({ finds }) => finds),
      operatorId,
    ],
  );
}

function allKeys({ keys }: Subject): Buffer {
  return Buffer.from([...keys].join(''), 'hex');
}

function bytes(hexes: readonly string[]): Buffer[] {
  return hexes.map((hex) => Buffer.from(hex, 'hex'));
}
