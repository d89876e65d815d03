import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { ReportRow } from '@kinga/shared/exclusions/report.ts';
import type { statistics } from '@kinga/shared/exclusions/statistics.ts';
import type { Actor } from '../../../platform/call/actor.ts';
import { actForEveryTenant, actForTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { type Counted, countsOf, readFigures } from './checks.ts';
import { daysOf, recentOf } from './days.ts';
import { type Heard, NOTHING_HEARD, readHeard } from './heard.ts';
import { readChecked } from './registrations.ts';

export interface Operator {
  readonly id: string;
  readonly name: string;
  readonly licence_no: string;
}

/** Whose row somebody is confined to; undefined: whoever answers for all of them. */
export function confinedTo(actor: Actor): string | undefined {
  if (actor.kind === 'key') return actor.operatorId;
  if (actor.kind !== 'account' || actor.role !== 'operator') return undefined;
  // Not a member of any operator yet: of one that nobody is a member of.
  return actor.operatorId ?? '';
}

/**
 * A row for each operator; with one given, its own alone. Whoever answers for all of them sees the last two days
 * counted at once; an operator waits for the night, or it could have millions of checks counted as often as it likes.
 */
export async function readReport(
  tx: Tx,
  range: ParsedInputOf<typeof statistics.report>,
  only?: string,
): Promise<OutputOf<typeof statistics.report>> {
  const days = daysOf(range);
  const { now, recent } = await recentOf(tx, days);
  await (only === undefined ? actForEveryTenant(tx) : actForTenant(tx, only));
  const counted = only === undefined ? recent : [];
  const figures = await readFigures(tx, days, counted);
  const { registrations, checked } = await readChecked(tx, days, counted);
  const heard = await readHeard(tx, range, only);
  const rows = (await readOperators(tx, only)).map((operator) =>
    rowOf(operator, {
      counted: figures.byOperator.get(operator.id) ?? [],
      registrations,
      registrationsChecked: checked.get(operator.id) ?? 0,
      heard: heard.get(operator.id) ?? NOTHING_HEARD,
    }),
  );
  const { from, to } = range;
  return { from, to, asOf: now.toISOString(), rows, uncounted: [...figures.uncounted] };
}

export async function readOperators(tx: Tx, only?: string): Promise<Operator[]> {
  const { rows } = await tx.query<Operator>(
    `SELECT id, name, licence_no FROM operators
     WHERE NOT internal AND ($1::text IS NULL OR id = $1) ORDER BY name, id`,
    [only ?? null],
  );
  return rows;
}

interface Found {
  readonly counted: readonly Counted[];
  readonly registrations: number;
  readonly registrationsChecked: number;
  readonly heard: Heard;
}

function rowOf({ id, name, licence_no: licenceNo }: Operator, found: Found): ReportRow {
  const { counted, registrations, registrationsChecked, heard } = found;
  const of = (purpose: string) => countsOf(counted.filter((one) => one.purpose === purpose)).checks;
  return {
    operatorId: id,
    name,
    licenceNo,
    registration: of('registration'),
    login: of('login'),
    deposit: of('deposit'),
    bet: of('bet'),
    marketing: of('marketing'),
    ...countsOf(counted),
    registrations,
    registrationsChecked,
    registrationsCheckedShare: registrations === 0 ? null : Math.min(1, registrationsChecked / registrations),
    ...heard,
  };
}
