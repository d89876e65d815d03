import { invalidInput, KingaError, notFound } from '@kinga/shared/contract/errors.ts';
import { isPersonal, type ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type {
  Exclusion,
  ExclusionDetail,
  exclusions,
  Period,
  Source,
} from '@kinga/shared/exclusions/contract.ts';
import type { IdentifierType } from '@kinga/shared/exclusions/identifier.ts';
import type { Actor } from '../../../platform/call/actor.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Platform } from '../../../platform/context.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import { isStrong } from '../../identifiers/index.ts';
import { MATCH } from '../../matching/index.ts';
import { promisedEnd } from '../life-cycle/rules.ts';
import { statusOf } from '../rules/period.ts';

export interface ExclusionReader {
  get(input: ParsedInputOf<typeof exclusions.get>, call: Call): Promise<ExclusionDetail>;
}

export interface ReaderDeps {
  accountKeys(tx: Tx, accountId: string): Promise<readonly { type: string; key: Buffer }[]>;
}

export interface ExclusionRow {
  readonly id: string;
  readonly reference: string;
  readonly source: Source;
  readonly period: Period;
  readonly starts_at: Date;
  readonly ends_at: Date | null;
  readonly in_force_until: Date | null;
  readonly reason: Buffer | null;
  readonly needs_review: boolean;
  readonly registered_by: string;
  readonly registered_at: Date;
  /** Its place in a list: the entry of its registration. */
  readonly seq: string;
  readonly changed_seq: string | null;
  readonly term_starts_at: Date;
  readonly renews: boolean;
  readonly now: Date;
}

interface PersonRow {
  readonly id: string;
  /** Not only by a telephone or an address, which was somebody else's before. */
  readonly certain: boolean;
  readonly name: Buffer | null;
  readonly date_of_birth: Buffer | null;
  readonly identifiers: readonly { type: string; key: string; original: string }[] | null;
}

export const COLUMNS = `e.id, e.reference, e.source, e.period, e.starts_at, e.ends_at, e.in_force_until, e.reason,
  e.needs_review, e.registered_by, e.registered_at, e.seq, e.changed_seq, e.renews,
  coalesce(e.term_starts_at, e.starts_at) AS term_starts_at, clock_timestamp() AS now`;

/**
 * People who are certainly the account's own person: they share a strong identifier, or have no strong one at
 * all and share a phone or an e-mail address. A phone alone does not make a stranger's record one's own.
 */
export const OWN_PEOPLE = `
  SELECT i.person_id FROM identifiers i
  WHERE i.key = ANY($1::bytea[]) AND i.type IN ('nationalId', 'passport', 'alienId')
  UNION
  SELECT i.person_id FROM identifiers i
  WHERE i.key = ANY($2::bytea[]) AND NOT EXISTS (
    SELECT FROM identifiers s
    WHERE s.person_id = i.person_id AND s.type IN ('nationalId', 'passport', 'alienId'))`;

/** What of the register one caller may see; undefined: all of it. */
export interface Own {
  readonly strong: readonly Buffer[];
  readonly weak: readonly Buffer[];
  readonly registrar: string;
}

export function createReader({ db, crypto }: Platform, deps: ReaderDeps): ExclusionReader {
  return {
    get: ({ id }, call) =>
      db.transaction(async (tx) => {
        const own = await ownOf(tx, call.actor, deps);
        const row = await findExclusion(tx, id, own);
        if (row === undefined) throw notFound('id', 'There is no such exclusion');
        const people = await findPeople(tx, row.id, own);
        await recordAudit(tx, {
          actor: call.actor,
          action: 'exclusion.read',
          subject: row.id,
          details: { people: people.map((person) => person.id) },
          requestId: call.requestId,
        });
        return detailOf(crypto, { row, people, own });
      }),
  };
}

export async function ownOf(tx: Tx, actor: Actor, deps: ReaderDeps): Promise<Own | undefined> {
  if (actor.kind !== 'account') throw new KingaError('FORBIDDEN', 'Only accounts read exclusions');
  if (!isPersonal(actor.role)) return undefined;
  const keys = await deps.accountKeys(tx, actor.accountId);
  return {
    strong: keys.filter(({ type }) => isStrong(type as IdentifierType)).map(({ key }) => key),
    weak: keys.filter(({ type }) => !isStrong(type as IdentifierType)).map(({ key }) => key),
    registrar: `account:${actor.accountId}`,
  };
}

/** A cursor is the seq of the last exclusion of the page before. */
export function beforeOf(cursor: string | undefined): string {
  if (cursor === undefined) return '9223372036854775807';
  if (!/^\d{1,15}$/.test(cursor)) throw invalidInput('cursor', 'not a cursor of this list');
  return cursor;
}

async function findExclusion(tx: Tx, id: string, own: Own | undefined): Promise<ExclusionRow | undefined> {
  if (own === undefined) {
    const found = await tx.query<ExclusionRow>(`SELECT ${COLUMNS} FROM exclusions e WHERE e.id = $1`, [id]);
    return found.rows[0];
  }
  const { rows } = await tx.query<ExclusionRow>(
    `SELECT ${COLUMNS} FROM exclusions e
     WHERE e.id = $4 AND (e.registered_by = $3 OR EXISTS (
       SELECT FROM exclusion_persons p WHERE p.exclusion_id = e.id AND p.person_id IN (${OWN_PEOPLE})))`,
    [own.strong, own.weak, own.registrar, id],
  );
  return rows[0];
}

async function findPeople(tx: Tx, exclusionId: string, own: Own | undefined): Promise<PersonRow[]> {
  const { rows } = await tx.query<PersonRow>(
    `SELECT p.id, p.name, p.date_of_birth, (
       SELECT json_agg(json_build_object('type', i.type, 'key', encode(i.key, 'hex'),
                                         'original', encode(i.original, 'base64')) ORDER BY i.created_at, i.key)
       FROM identifiers i WHERE i.person_id = p.id AND i.type <> '${MATCH}') AS identifiers,
       $4 OR EXISTS (SELECT FROM identifiers s WHERE s.person_id = p.id AND s.key = ANY($1::bytea[])) AS certain
     FROM exclusion_persons l JOIN persons p ON p.id = l.person_id
     WHERE l.exclusion_id = $3 AND ($4 OR p.id IN (${OWN_PEOPLE}))
     ORDER BY p.id`,
    [own?.strong ?? [], own?.weak ?? [], exclusionId, own === undefined],
  );
  return rows;
}

function detailOf(
  crypto: Crypto,
  { row, people, own }: { row: ExclusionRow; people: readonly PersonRow[]; own: Own | undefined },
): ExclusionDetail {
  const open = (sealed: Buffer | null) => (sealed === null ? null : crypto.open(sealed));
  const mine = own && new Set([...own.strong, ...own.weak].map((key) => key.toString('hex')));
  const isRegistrar = own !== undefined && row.registered_by === own.registrar;
  return {
    ...toExclusion(row),
    // What staff wrote down about a person is not for their eyes unless they wrote it themselves.
    reason: own === undefined || isRegistrar ? open(row.reason) : null,
    people: people.map((person) => ({
      id: person.id,
      name: person.certain || isRegistrar ? open(person.name) : null,
      dateOfBirth: person.certain || isRegistrar ? open(person.date_of_birth) : null,
      identifiers: (person.identifiers ?? [])
        .filter(({ key }) => mine === undefined || mine.has(key))
        .map(({ type, original }) => ({ type, value: crypto.open(Buffer.from(original, 'base64')) })),
    })),
  };
}

export function toExclusion(row: ExclusionRow): Exclusion {
  const inForceUntil = row.in_force_until?.getTime() ?? null;
  const now = row.now.getTime();
  const { period, renews } = row;
  const promise = {
    period,
    renews,
    termStartsAt: row.term_starts_at.getTime(),
    endsAt: row.ends_at?.getTime() ?? null,
  };
  const endsAt = promisedEnd(promise, now);
  return {
    id: row.id,
    reference: row.reference,
    status: statusOf({ startsAt: row.starts_at.getTime(), inForceUntil }, now),
    period,
    source: row.source,
    startsAt: row.starts_at.toISOString(),
    endsAt: endsAt === null ? null : new Date(endsAt).toISOString(),
    registeredAt: row.registered_at.toISOString(),
    seq: Number(row.changed_seq ?? row.seq),
    needsReview: row.needs_review,
  };
}
