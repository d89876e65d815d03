import type { Period } from '@kinga/shared/exclusions/contract.ts';
import type { PeriodRules } from '@kinga/shared/policy/values.ts';
import { DateTime } from 'luxon';
import type { Interval } from '../log/entry.ts';

/** The zone in which a date begins and a calendar step is made. */
export const KENYA_ZONE = 'Africa/Nairobi';

const HOUR_MS = 3_600_000;

/** What a period promises from its start on, in milliseconds since 1970. */
export interface Term {
  readonly startsAt: number;
  /** The end that was promised; null: permanent. */
  readonly endsAt: number | null;
  /** Until when it holds: null when only a granted return ends it. */
  readonly inForceUntil: number | null;
}

/** Under the rules of the policy that is in force when the promise is made: a later version changes none. */
export function termOf(period: Period, startsAt: number, rules: PeriodRules): Term {
  const { length, staysUntilReturn } = rules[period];
  if (length === null) return { startsAt, endsAt: null, inForceUntil: null };
  const endsAt = 'hours' in length ? startsAt + length.hours * HOUR_MS : calendarEnd(startsAt, length.months);
  return { startsAt, endsAt, inForceUntil: staysUntilReturn ? null : endsAt };
}

/** A calendar step takes 20 microseconds, and the rows of an import start on the same few days. */
const CALENDAR_ENDS_MAX = 10_000;
const calendarEnds = new Map<string, number>();

function calendarEnd(startsAt: number, months: number): number {
  const name = `${months} ${startsAt}`;
  const known = calendarEnds.get(name);
  if (known !== undefined) return known;
  // luxon clamps: 31 August and six months is the last of February.
  const endsAt = DateTime.fromMillis(startsAt, { zone: KENYA_ZONE }).plus({ months }).toMillis();
  if (calendarEnds.size >= CALENDAR_ENDS_MAX) calendarEnds.clear();
  calendarEnds.set(name, endsAt);
  return endsAt;
}

export function isOver(term: Pick<Term, 'inForceUntil'>, now: number): boolean {
  return term.inForceUntil !== null && term.inForceUntil <= now;
}

export function statusOf(
  term: Pick<Term, 'startsAt' | 'inForceUntil'>,
  now: number,
): 'pending' | 'active' | 'ended' {
  if (isOver(term, now)) return 'ended';
  return term.startsAt > now ? 'pending' : 'active';
}

/** What the log and the replicas keep. Before 1970 makes no difference to anybody asking today. */
export function intervalOf(term: Pick<Term, 'startsAt' | 'inForceUntil'>): Interval {
  return { startsAt: Math.max(0, term.startsAt), endsAt: term.inForceUntil };
}

const GIVEN_TIME = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/i;
const YEAR_MIN = 1900;
const YEAR_MAX = 2199;

/**
 * A point in time as people give it: a date is 00:00 in Nairobi, a time without a zone is Nairobi time.
 * Undefined when there is no such date, or no register could mean it.
 */
export function parseGivenTime(text: string): number | undefined {
  if (!GIVEN_TIME.test(text)) return undefined;
  const time = DateTime.fromISO(text.replace(' ', 'T').toUpperCase(), { zone: KENYA_ZONE });
  return time.isValid && time.year >= YEAR_MIN && time.year <= YEAR_MAX ? time.toMillis() : undefined;
}

/**
 * The union of intervals, in order and disjoint: the latest end wins, and a shorter one alongside changes
 * nothing.
 */
export function unionOf(intervals: readonly Interval[]): Interval[] {
  const sorted = [...intervals].sort((a, b) => a.startsAt - b.startsAt);
  const union: Interval[] = [];
  for (const interval of sorted) {
    const last = union.at(-1);
    if (last === undefined || (last.endsAt !== null && interval.startsAt > last.endsAt)) {
      union.push(interval);
    } else {
      union[union.length - 1] = { startsAt: last.startsAt, endsAt: laterEnd(last.endsAt, interval.endsAt) };
    }
  }
  return union;
}

function laterEnd(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : Math.max(a, b);
}
