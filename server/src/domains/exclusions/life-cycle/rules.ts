import { conflict } from '@kinga/shared/contract/errors.ts';
import type { Period } from '@kinga/shared/exclusions/contract.ts';
import type { PeriodRules } from '@kinga/shared/policy/values.ts';
import { DateTime } from 'luxon';
import { isOver, KENYA_ZONE, termOf } from '../rules/period.ts';
import type { NewTerm } from './change.ts';
import type { Cycle } from './row.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How long a request to return may be confirmed, counted from the request. */
const LAPSE_DAYS = 30;
/** However long the cooling-off of a policy: after it there is time to confirm. */
const CONFIRM_DAYS_MIN = 7;
export const SHORTENING = 'shortening is impossible: it must end later than what holds';

type Promised = Pick<Cycle, 'period' | 'termStartsAt' | 'endsAt' | 'renews'>;

/** The end that is promised at an instant; of a renewing one that of the cycle running then. Null: permanent. */
export function promisedEnd(cycle: Promised, at: number): number | null {
  return cycle.renews ? runningCycle(cycle, at).endsAt : cycle.endsAt;
}

/** The cycle that is running at an instant if the promise renews: the first one that ends after it. */
function runningCycle(cycle: Promised, at: number): { startsAt: number; endsAt: number | null } {
  const { termStartsAt: startsAt, endsAt } = cycle;
  if (endsAt === null || endsAt > at) return { startsAt, endsAt };
  return isCalendar(cycle.period) ? calendarCycle(startsAt, endsAt, at) : exactCycle(startsAt, endsAt, at);
}

function exactCycle(startsAt: number, endsAt: number, at: number) {
  const length = endsAt - startsAt;
  const begun = startsAt + Math.floor((at - startsAt) / length) * length;
  return { startsAt: begun, endsAt: begun + length };
}

/** Counted from the first start, so that 31 August comes back after a 28 February. */
function calendarCycle(startsAt: number, endsAt: number, at: number) {
  const start = DateTime.fromMillis(startsAt, { zone: KENYA_ZONE });
  const monthsUntil = (time: number) =>
    DateTime.fromMillis(time, { zone: KENYA_ZONE }).diff(start, 'months').months;
  const months = Math.max(1, Math.round(monthsUntil(endsAt)));
  const endOf = (count: number) => start.plus({ months: months * count }).toMillis();
  let count = Math.max(1, Math.floor(monthsUntil(at) / months));
  while (endOf(count) <= at) count += 1;
  return { startsAt: endOf(count - 1), endsAt: endOf(count) };
}

function isCalendar(period: Period): boolean {
  return period === '6mo' || period === '1y';
}

/** The period rules of an instant. */
export type RulesAt = (at: number) => PeriodRules;

/**
 * From when on a return may be asked for; null while it renews, and where it ends by itself or has ended. A later
 * version of the policy makes no promise shorter, and none longer.
 */
export function returnPossibleFrom(cycle: Cycle, rulesAt: RulesAt): number | null {
  if (!cycle.stays || cycle.renews || cycle.liftedAt !== null) return null;
  const { minimum } = rulesAt(cycle.promisedAt)[cycle.period];
  const minimumEnd =
    'hours' in minimum
      ? cycle.termStartsAt + minimum.hours * HOUR_MS
      : DateTime.fromMillis(cycle.termStartsAt, { zone: KENYA_ZONE }).plus(minimum).toMillis();
  return Math.max(minimumEnd, cycle.endsAt ?? 0, cycle.promisedBefore ?? 0);
}

/** When a return asked for now may be confirmed. */
export function wishTimes(cycle: Cycle, rules: PeriodRules, at: number) {
  const { coolingOffDays } = rules[cycle.period];
  const availableAt = at + coolingOffDays * DAY_MS;
  const lapsesAt = Math.max(at + LAPSE_DAYS * DAY_MS, availableAt + CONFIRM_DAYS_MIN * DAY_MS);
  return { availableAt, lapsesAt };
}

/** Throws the CONFLICT that says why nothing can be changed any more. */
export function refuseOver(cycle: Cycle, at: number): void {
  if (cycle.liftedAt !== null) throw conflict('id', 'the exclusion was lifted: register a new one');
  if (isOver(cycle, at)) throw conflict('id', 'the exclusion is over: register a new one');
}

/** The longer promise, from now on or from the pending start. */
export function extendedTerm(cycle: Cycle, period: Period, rules: PeriodRules, at: number): NewTerm {
  refuseOver(cycle, at);
  const term = termOf(period, Math.max(at, cycle.startsAt), rules);
  const stays = term.inForceUntil === null;
  const held = promisedEnd(cycle, at);
  if (held === null || (term.endsAt !== null && term.endsAt <= held)) throw conflict('period', SHORTENING);
  // Until a return is asked for is longer than any end that comes by itself.
  if (cycle.stays && !stays) throw conflict('period', SHORTENING);
  const renews = cycle.renews && term.endsAt !== null;
  return {
    period,
    termStartsAt: term.startsAt,
    endsAt: term.endsAt,
    inForceUntil: renews ? null : term.inForceUntil,
    renews,
    stays,
  };
}

/** The same promise, renewing or no longer; the end that is promised at this instant stays promised. */
export function renewalTerm(cycle: Cycle, renews: boolean, at: number): NewTerm {
  refuseOver(cycle, at);
  const { period, stays } = cycle;
  const { startsAt: termStartsAt, endsAt } = runningCycle(cycle, at);
  if (endsAt === null) throw conflict('renews', 'a permanent exclusion has no end to renew at');
  return { period, termStartsAt, endsAt, inForceUntil: renews || stays ? null : endsAt, renews, stays };
}
