import { notFound } from '@kinga/shared/contract/errors.ts';
import type { Period, Source } from '@kinga/shared/exclusions/contract.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { holdWhoever } from '../register/hold.ts';

/** An exclusion with everything its life cycle depends on; times in milliseconds since 1970. */
export interface Cycle {
  readonly id: string;
  readonly reference: string;
  readonly source: Source;
  readonly period: Period;
  readonly startsAt: number;
  /** The end that was promised last; of a renewing one the end of the cycle in which it was. Null: permanent. */
  readonly endsAt: number | null;
  readonly inForceUntil: number | null;
  /** When the promise that holds now began. */
  readonly termStartsAt: number;
  readonly renews: boolean;
  /** After its end it stays in force until a return is granted. */
  readonly stays: boolean;
  readonly liftedAt: number | null;
  /** The latest end that was promised before the promise that holds now. */
  readonly promisedBefore: number | null;
  readonly registeredAt: number;
  /** When the promise that holds now was made: what was law then says how long nobody ends it. */
  readonly promisedAt: number;
  readonly registeredBy: string;
  readonly needsReview: boolean;
  /** Its last entry in the log. */
  readonly seq: number;
  /** The open wish to return, whether it can still be confirmed or has lapsed. */
  readonly wish: Wish | null;
  /** The database's clock as this was read. */
  readonly now: number;
}

export interface Wish {
  readonly requestedAt: number;
  readonly availableAt: number;
  readonly lapsesAt: number;
}

const ms = (column: string) => `floor(extract(epoch FROM ${column}) * 1000)::float8`;

/** The columns of a cycle, of `exclusions AS e` with its open wish as `w`. */
export const CYCLE_COLUMNS = `
  e.id, e.reference, e.source, e.period, ${ms('e.starts_at')} AS "startsAt", ${ms('e.ends_at')} AS "endsAt",
  ${ms('e.in_force_until')} AS "inForceUntil", ${ms('coalesce(e.term_starts_at, e.starts_at)')} AS "termStartsAt",
  e.renews, CASE WHEN e.renews THEN e.stays ELSE e.in_force_until IS NULL END AS stays,
  ${ms('e.lifted_at')} AS "liftedAt", ${ms('e.registered_at')} AS "registeredAt",
  e.registered_by AS "registeredBy", e.needs_review AS "needsReview",
  ${ms(`coalesce((SELECT max(t.changed_at) FROM exclusion_terms t
                  WHERE t.exclusion_id = e.id AND t.change = 'extended'), e.registered_at)`)} AS "promisedAt",
  coalesce(e.changed_seq, e.seq)::float8 AS seq, ${ms('clock_timestamp()')} AS now,
  (SELECT ${ms('max(t.ends_at_before)')} FROM exclusion_terms t WHERE t.exclusion_id = e.id) AS "promisedBefore",
  CASE WHEN w.id IS NULL THEN NULL ELSE jsonb_build_object(
    'requestedAt', ${ms('w.requested_at')}, 'availableAt', ${ms('w.available_at')},
    'lapsesAt', ${ms('w.lapses_at')}) END AS wish`;

export const OPEN_WISH = `
  LEFT JOIN exclusion_returns AS w ON w.exclusion_id = e.id AND w.closed_at IS NULL`;

/**
 * Locks one exclusion against every other change, and whomever it is about, then reads it: the keys first, as
 * whoever changes those people does.
 */
export async function lockCycle(tx: Tx, id: string): Promise<Cycle> {
  await holdWhoever(tx, () => peopleOf(tx, id));
  await tx.query('SELECT FROM exclusions WHERE id = $1 FOR NO KEY UPDATE', [id]);
  return readCycle(tx, id);
}

export async function readCycle(tx: Tx, id: string): Promise<Cycle> {
  const { rows } = await tx.query<Cycle>(
    `SELECT ${CYCLE_COLUMNS} FROM exclusions AS e ${OPEN_WISH} WHERE e.id = $1`,
    [id],
  );
  const [cycle] = rows;
  if (cycle === undefined) throw notFound('id', 'There is no such exclusion');
  return cycle;
}

export async function peopleOf(tx: Tx, exclusionId: string): Promise<string[]> {
  const { rows } = await tx.query<{ person_id: string }>(
    'SELECT person_id FROM exclusion_persons WHERE exclusion_id = $1 ORDER BY person_id',
    [exclusionId],
  );
  return rows.map((row) => row.person_id);
}

/** A time as the wire and PostgreSQL write it. */
export function iso(at: number): string;
export function iso(at: number | null): string | null;
export function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
