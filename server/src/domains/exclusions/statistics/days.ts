import { invalidInput } from '@kinga/shared/contract/errors.ts';
import { STATISTICS_DAYS_MAX } from '@kinga/shared/exclusions/statistics.ts';
import { DateTime } from 'luxon';
import { momentOf } from '../../../platform/call/instants.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { KENYA_ZONE } from '../rules/period.ts';

/** Days in Nairobi, both included. */
export interface Days {
  readonly from: string;
  readonly to: string;
  readonly all: readonly string[];
  /** The same as instants, the end excluded. */
  readonly begins: Date;
  readonly ends: Date;
}

export function daysOf({ from, to }: { readonly from: string; readonly to: string }): Days {
  const [first, last] = [momentOf('from', from), momentOf('to', to)];
  const count = last.diff(first, 'days').days + 1;
  if (count < 1) throw invalidInput('to', 'before from');
  if (count > STATISTICS_DAYS_MAX) throw invalidInput('to', `more than ${STATISTICS_DAYS_MAX} days`);
  const all = Array.from({ length: count }, (_, index) => first.plus({ days: index }).toISODate() ?? '');
  return { from, to, all, begins: first.toJSDate(), ends: last.plus({ days: 1 }).toJSDate() };
}

/** Of these days, those that are counted at once where the nightly job has not been: yesterday and today. */
export async function recentOf(tx: Tx, days: Days): Promise<{ now: Date; recent: string[] }> {
  const { rows } = await tx.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  const now = rows[0]?.now ?? new Date();
  const today = DateTime.fromJSDate(now, { zone: KENYA_ZONE });
  const names = [today.minus({ days: 1 }), today].map((day) => day.toISODate() ?? '');
  return { now, recent: names.filter((name) => days.all.includes(name)) };
}

/** The ids of the checks of one day: an id begins with its milliseconds. */
export function checkIdsOf(day: string): { first: string; end: string } {
  const start = DateTime.fromISO(day, { zone: KENYA_ZONE });
  return { first: checkIdAt(start.toMillis()), end: checkIdAt(start.plus({ days: 1 }).toMillis()) };
}

/** The least id of a check at that millisecond. */
export function checkIdAt(ms: number): string {
  return `${ms.toString(16).padStart(12, '0')}${'0'.repeat(20)}`;
}
