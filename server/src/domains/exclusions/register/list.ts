import { invalidInput } from '@kinga/shared/contract/errors.ts';
import { PAGE_SIZE } from '@kinga/shared/contract/fields.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { exclusions } from '@kinga/shared/exclusions/contract.ts';
import { DateTime } from 'luxon';
import type { Call } from '../../../platform/call/handler.ts';
import type { Platform } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import { KENYA_ZONE } from '../rules/period.ts';
import {
  beforeOf,
  COLUMNS,
  type ExclusionRow,
  OWN_PEOPLE,
  type Own,
  ownOf,
  type ReaderDeps,
  toExclusion,
} from './read.ts';
import { spellingsOf } from './reference.ts';

type Input = ParsedInputOf<typeof exclusions.list>;

export async function listExclusions(
  { db, crypto }: Platform,
  deps: ReaderDeps,
  { input, call }: { readonly input: Input; readonly call: Call },
): Promise<OutputOf<typeof exclusions.list>> {
  return await db.transaction(async (tx) => {
    const own = await ownOf(tx, call.actor, deps);
    const rows = await readRows(tx, input, own);
    const { reference } = input;
    // Whose it is the list does not say; that somebody looked for this one is still to be found.
    if (reference !== undefined && own === undefined) {
      const [found] = rows;
      const { actor, requestId } = call;
      const digest = crypto.digest('exclusion.searched', spellingsOf(reference).at(-1) ?? '');
      await recordAudit(tx, {
        ...{ actor, requestId, action: 'exclusion.searched' },
        ...{ subject: found?.id ?? 'exclusions', details: { by: 'reference', digest, found: rows.length } },
      });
    }
    const items = rows.slice(0, PAGE_SIZE).map(toExclusion);
    const last = rows[PAGE_SIZE - 1];
    return rows.length > PAGE_SIZE && last !== undefined ? { items, nextCursor: last.seq } : { items };
  });
}

async function readRows(tx: Tx, input: Input, own: Own | undefined): Promise<ExclusionRow[]> {
  const values: unknown[] = own === undefined ? [] : [own.strong, own.weak];
  const put = (value: unknown) => `$${values.push(value)}`;
  const conditions = [
    `e.seq < ${put(beforeOf(input.cursor))}`,
    own === undefined
      ? 'NOT e.canary'
      : `(e.registered_by = ${put(own.registrar)} OR e.id IN (
           SELECT p.exclusion_id FROM exclusion_persons p WHERE p.person_id IN (${OWN_PEOPLE})))`,
    ...conditionsOf(input, put),
  ];
  const { rows } = await tx.query<ExclusionRow>(
    `SELECT ${COLUMNS} FROM exclusions e WHERE ${conditions.join(' AND ')}
     ORDER BY e.seq DESC LIMIT ${PAGE_SIZE + 1}`,
    values,
  );
  return rows;
}

const NOT_OVER = '(e.in_force_until IS NULL OR e.in_force_until > statement_timestamp())';

const STATUSES: Readonly<Record<NonNullable<Input['status']>, string>> = {
  pending: `e.starts_at > statement_timestamp() AND ${NOT_OVER}`,
  active: `e.starts_at <= statement_timestamp() AND ${NOT_OVER}`,
  ended: 'e.in_force_until <= statement_timestamp()',
};

/** Only what is asked for stands in the statement, so that the database sees which index serves it. */
function conditionsOf(input: Input, put: (value: unknown) => string): string[] {
  const { reference, source, period, status, from, to } = input;
  if (from !== undefined && to !== undefined && to < from) throw invalidInput('to', 'before from');
  const conditions: string[] = [];
  if (reference !== undefined) conditions.push(`e.reference = ANY(${put(spellingsOf(reference))}::text[])`);
  if (source !== undefined) conditions.push(`e.source = ${put(source)}`);
  if (period !== undefined) conditions.push(`e.period = ${put(period)}`);
  if (status !== undefined) conditions.push(STATUSES[status]);
  if (from !== undefined) conditions.push(registeredSince(put(dayOf(from).toJSDate())));
  if (to !== undefined) conditions.push(registeredBefore(put(dayOf(to).plus({ days: 1 }).toJSDate())));
  return conditions;
}

/** The register grows in time: a day is a stretch of it, but for what a clock that was set back has mixed up. */
const CLOCK_SLACK = `interval '1 hour'`;

function registeredSince(instant: string): string {
  return `e.registered_at >= ${instant} AND e.seq >= (
    SELECT seq FROM exclusions WHERE registered_at >= ${instant}::timestamptz - ${CLOCK_SLACK}
    ORDER BY registered_at, seq LIMIT 1)`;
}

function registeredBefore(instant: string): string {
  return `e.registered_at < ${instant} AND e.seq <= (
    SELECT seq FROM exclusions WHERE registered_at < ${instant}::timestamptz + ${CLOCK_SLACK}
    ORDER BY registered_at DESC, seq DESC LIMIT 1)`;
}

function dayOf(day: string): DateTime {
  return DateTime.fromISO(day, { zone: KENYA_ZONE });
}
