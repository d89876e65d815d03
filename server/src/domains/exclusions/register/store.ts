import type { Exclusion } from '@kinga/shared/exclusions/contract.ts';
import { actorName } from '../../../platform/call/actor.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { encodeKeys, type Interval, type LogEntry } from '../log/entry.ts';
import { endedAfter, REMEMBERED_MS, toldOf } from '../rules/ended.ts';
import type { Attachment, People, Person } from './people.ts';
import type { Dated, Planned } from './plan.ts';
import type { Registration } from './registration.ts';

export interface Head {
  readonly seq: number;
  readonly hash: string;
}

export async function insertPeople(
  tx: Tx,
  people: { readonly created: readonly Person[]; readonly attachments: readonly Attachment[] },
  options: {
    readonly details: ReadonlyMap<string, PersonDetails>;
    readonly keyVersion: number;
    pseudonymOf(person: Person): string;
  },
): Promise<void> {
  const { created, attachments } = people;
  if (created.length > 0) {
    const details = created.map(({ id }) => options.details.get(id));
    await tx.query(
      `INSERT INTO persons (id, pseudonym, name, date_of_birth)
       SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[])`,
      [
        created.map(({ id }) => id),
        created.map((person) => options.pseudonymOf(person)),
        byteaArray(details.map((known) => known?.name ?? null)),
        byteaArray(details.map((known) => known?.dateOfBirth ?? null)),
      ],
    );
  }
  if (attachments.length > 0) {
    await tx.query(
      `INSERT INTO identifiers (key, key_version, type, person_id, original, said_by)
       SELECT key, $5, type, person_id, original, said_by
       FROM unnest($1::bytea[], $2::text[], $3::text[], $4::bytea[], $6::text[])
         AS t (key, type, person_id, original, said_by)`,
      [
        byteaArray(attachments.map(({ identifier }) => identifier.key)),
        attachments.map(({ identifier }) => identifier.type),
        attachments.map(({ person }) => person.id),
        byteaArray(attachments.map(({ identifier }) => identifier.original)),
        options.keyVersion,
        attachments.map(({ saidBy }) => saidBy),
      ],
    );
  }
}

/** Nobody doubts any more that they are that person's. */
export async function confirmIdentifiers(tx: Tx, confirmed: People['confirmed']): Promise<void> {
  if (confirmed.length === 0) return;
  await tx.query(
    `UPDATE identifiers i SET said_by = NULL FROM unnest($1::text[], $2::bytea[]) AS t (person_id, key)
     WHERE i.person_id = t.person_id AND i.key = t.key`,
    [confirmed.map(({ person }) => person.id), byteaArray(confirmed.map(({ identifier }) => identifier.key))],
  );
}

export interface PersonDetails {
  readonly name: Buffer | null;
  readonly dateOfBirth: Buffer | null;
}

/** What the registrations of a batch say of people; the first word counts. */
export function detailsOf(batch: readonly Planned[]): Map<string, PersonDetails> {
  const details = new Map<string, PersonDetails>();
  for (const { registration, resolution } of batch) {
    const [person] = resolution.people;
    // With two people behind the identifiers nobody knows whose name it is.
    if (person === undefined || resolution.needsReview) continue;
    // Of somebody known it is only said: they are found by it, but it does not stand in their record.
    if (registration.saidBy !== undefined && !person.isNew) continue;
    const earlier = details.get(person.id);
    const name = earlier?.name ?? registration.name;
    const dateOfBirth = earlier?.dateOfBirth ?? registration.dateOfBirth;
    if (name !== null || dateOfBirth !== null) details.set(person.id, { name, dateOfBirth });
  }
  return details;
}

/**
 * A name or a date of birth that a later registration brings fills a gap; it never replaces one. The ids of those
 * with a gap filled.
 */
export async function fillDetails(
  tx: Tx,
  batch: readonly Planned[],
  details: ReadonlyMap<string, PersonDetails>,
): Promise<ReadonlySet<string>> {
  const known = new Map<string, PersonDetails>();
  for (const { resolution } of batch) {
    for (const { id, isNew } of resolution.people) {
      const said = details.get(id);
      if (!isNew && said !== undefined) known.set(id, said);
    }
  }
  if (known.size === 0) return new Set();
  const { rows } = await tx.query<{ id: string }>(
    `UPDATE persons p SET name = coalesce(p.name, d.name), date_of_birth = coalesce(p.date_of_birth, d.dob)
     FROM unnest($1::text[], $2::bytea[], $3::bytea[]) AS d (id, name, dob)
     WHERE p.id = d.id AND (p.name IS NULL AND d.name IS NOT NULL OR p.date_of_birth IS NULL AND d.dob IS NOT NULL)
     RETURNING p.id`,
    [
      [...known.keys()],
      Array.from(known.values(), ({ name }) => name),
      Array.from(known.values(), ({ dateOfBirth }) => dateOfBirth),
    ],
  );
  return new Set(rows.map(({ id }) => id));
}

/** The last lock of every writer; from here to the commit nobody else appends. */
export async function lockHead(tx: Tx): Promise<Head> {
  const { rows } = await tx.query<{ seq: string; hash: string }>(
    'SELECT seq, hash FROM register_head FOR UPDATE',
  );
  const [head] = rows;
  if (head === undefined) throw new Error('register_head is empty');
  return { seq: Number(head.seq), hash: head.hash };
}

/** A statement of its own: asked for while waiting for the head, the time would be the one before the wait. */
export async function readClock(tx: Tx): Promise<{ at: number; epoch: string }> {
  const { rows } = await tx.query<{ at: number; epoch: string }>(
    `SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS at, epoch::text FROM database_epoch`,
  );
  const [clock] = rows;
  if (clock === undefined) throw new Error('database_epoch is empty');
  return clock;
}

/** The union of what is in force or to come for each key, over all people who have it; and see `toldOf`. */
export async function readIntervals(
  tx: Tx,
  keys: readonly Buffer[],
  at: number,
): Promise<Map<string, Interval[]>> {
  const intervals = new Map<string, Interval[]>();
  if (keys.length === 0) return intervals;
  const { rows } = await tx.query<{ key: Buffer; starts_at: number; ends_at: number | null }>(
    `SELECT key, (extract(epoch FROM lower(span)) * 1000)::float8 AS starts_at,
            (extract(epoch FROM upper(span)) * 1000)::float8 AS ends_at
     FROM (
       SELECT i.key, unnest(range_agg(tstzrange(e.starts_at, e.in_force_until))) AS span
       FROM identifiers i
       JOIN exclusion_persons p ON p.person_id = i.person_id
       JOIN exclusions e ON e.id = p.exclusion_id
       WHERE i.key = ANY($1::bytea[]) AND (e.in_force_until IS NULL OR e.in_force_until > $2
                                             OR ${endedAfter('$3')})
       GROUP BY i.key
     ) AS spans`,
    [keys, iso(at), iso(at - REMEMBERED_MS)],
  );
  for (const { key, starts_at, ends_at } of rows) {
    const hex = key.toString('hex');
    const list = intervals.get(hex) ?? [];
    list.push({ startsAt: Math.max(0, starts_at), endsAt: ends_at });
    intervals.set(hex, list);
  }
  for (const [hex, list] of intervals) intervals.set(hex, toldOf(list, at));
  return intervals;
}

export interface Writing {
  readonly batch: readonly Dated[];
  readonly exclusions: readonly Exclusion[];
  readonly at: number;
}

export async function insertExclusions(tx: Tx, { batch, exclusions, at }: Writing): Promise<void> {
  await tx.query(
    `INSERT INTO exclusions (id, reference, source, period, starts_at, ends_at, in_force_until, reason,
                             needs_review, registered_by, registered_at, seq, row_key, row_digest)
     SELECT id, reference, source, period, starts_at, ends_at, in_force_until, reason, needs_review,
            registered_by, $14, seq, row_key, row_digest
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[],
                 $7::timestamptz[], $8::bytea[], $9::boolean[], $10::text[], $11::bigint[], $12::bytea[],
                 $13::bytea[])
       AS t (id, reference, source, period, starts_at, ends_at, in_force_until, reason, needs_review,
             registered_by, seq, row_key, row_digest)`,
    [
      exclusions.map(({ id }) => id),
      exclusions.map(({ reference }) => reference),
      exclusions.map(({ source }) => source),
      exclusions.map(({ period }) => period),
      exclusions.map(({ startsAt }) => startsAt),
      exclusions.map(({ endsAt }) => endsAt),
      batch.map(({ term }) => (term.inForceUntil === null ? null : iso(term.inForceUntil))),
      byteaArray(batch.map(({ registration }) => registration.reason)),
      exclusions.map(({ needsReview }) => needsReview),
      batch.map(({ registration }) => registrarOf(registration)),
      exclusions.map(({ seq }) => seq),
      byteaArray(
        batch.map(({ registration: { row } }) =>
          row?.reference === undefined ? (row?.digest ?? null) : null,
        ),
      ),
      byteaArray(batch.map(({ registration: { row } }) => row?.digest ?? null)),
      iso(at),
    ],
  );
  const links = batch.flatMap(({ id, resolution }) => resolution.people.map((person) => [person.id, id]));
  await tx.query(
    `INSERT INTO exclusion_persons (person_id, exclusion_id) SELECT * FROM unnest($1::text[], $2::text[])`,
    [links.map(([personId]) => personId), links.map(([, exclusionId]) => exclusionId)],
  );
}

export function registrarOf({ row, by }: Registration): string {
  if (row !== undefined) return 'import';
  return by === 'system' ? by : actorName(by);
}

/** The whole batch and the new head in one statement; the listeners are told by the commit itself. */
export async function appendLog(tx: Tx, entries: readonly LogEntry[]): Promise<void> {
  const head = entries.at(-1);
  if (head === undefined) return;
  await tx.query(
    `WITH log AS (
       INSERT INTO register_log (seq, kind, subject, at, effective_at, keys, hash)
       SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[],
                            $6::text[], $7::text[])
     ), head AS (
       UPDATE register_head SET seq = $8, hash = $9
     )
     SELECT pg_notify('kinga_register', '')`,
    [
      entries.map(({ seq }) => seq),
      entries.map(({ kind }) => kind),
      entries.map(({ subject }) => subject),
      entries.map(({ at }) => iso(at)),
      entries.map(({ effectiveAt }) => iso(effectiveAt)),
      entries.map(({ keys }) => encodeKeys(keys)),
      entries.map(({ hash }) => hash),
      head.seq,
      head.hash,
    ],
  );
}

/** An array literal; the driver would look for characters to escape in every one of them. */
function byteaArray(values: readonly (Buffer | null)[]): string {
  return `{${values.map((value) => (value === null ? 'NULL' : `"\\\\x${value.toString('hex')}"`)).join(',')}}`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
