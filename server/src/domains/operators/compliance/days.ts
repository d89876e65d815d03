import { invalidInput } from '@kinga/shared/contract/errors.ts';
import { PERIOD_DAYS_MAX } from '@kinga/shared/operators/compliance.ts';
import { DateTime } from 'luxon';
import { momentOf, ZONE } from '../../../platform/call/instants.ts';
import type { Tx } from '../../../platform/db/tx.ts';

const DAYS = 30;

/** Nairobi days, both included. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

/** By the database's clock. */
export async function today(tx: Tx): Promise<DateTime> {
  const { rows } = await tx.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  return DateTime.fromJSDate(rows[0]?.now ?? new Date(), { zone: ZONE }).startOf('day');
}

export async function periodOf(
  tx: Tx,
  given: { from?: string | undefined; to?: string | undefined },
): Promise<Period> {
  const to = given.to === undefined ? await today(tx) : momentOf('to', given.to);
  const from = given.from === undefined ? to.minus({ days: DAYS - 1 }) : momentOf('from', given.from);
  if (from > to) throw invalidInput('from', 'after the last day');
  if (to.diff(from, 'days').days >= PERIOD_DAYS_MAX) {
    throw invalidInput('from', `more than ${PERIOD_DAYS_MAX} days before the last one`);
  }
  return { from: from.toISODate() ?? '', to: to.toISODate() ?? '' };
}

/** Each of them, in order. */
export function daysOf({ from, to }: Period): string[] {
  const [first, last] = [DateTime.fromISO(from, { zone: ZONE }), DateTime.fromISO(to, { zone: ZONE })];
  const days: string[] = [];
  for (let day = first; day <= last; day = day.plus({ days: 1 })) days.push(day.toISODate() ?? '');
  return days;
}

/** The ids of the checks of one day: an id begins with its milliseconds. */
export function checkIdsOf(date: string): { firstId: string; endId: string } {
  const from = DateTime.fromISO(date, { zone: ZONE });
  return { firstId: checkIdAt(from.toMillis()), endId: checkIdAt(from.plus({ days: 1 }).toMillis()) };
}

function checkIdAt(ms: number): string {
  return `${ms.toString(16).padStart(12, '0')}${'0'.repeat(20)}`;
}
