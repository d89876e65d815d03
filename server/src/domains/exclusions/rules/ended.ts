import { LIFTED_AS_NOTHING } from '@kinga/shared/exclusions/exclusion.ts';
import { QUIET_DAYS_MAX } from '@kinga/shared/policy/values.ts';
import type { Interval } from '../log/entry.ts';

/** Longer ago than this nothing that ended makes a difference to any answer. */
export const REMEMBERED_MS = QUIET_DAYS_MAX * 86_400_000;

/** `exclusions e`, lifted as something that never should have been. */
const WAS_NOTHING = `coalesce(e.lift_reason IN ('${LIFTED_AS_NOTHING.join("', '")}'), false)`;

/** `exclusions e` that were in force, for good reason, and ended after an instant; with those not over, all that counts. */
export function endedAfter(instant: string): string {
  return `(e.in_force_until > ${instant} AND e.starts_at < e.in_force_until AND NOT ${WAS_NOTHING})`;
}

/**
 * What a replica has to know of a key: everything that is not over, and as long as none of that has begun, what ended
 * last. Whatever else ended says nothing more, however long somebody is remembered.
 */
export function toldOf(intervals: readonly Interval[], at: number): Interval[] {
  const open = intervals.filter((interval) => !isEnded(interval, at));
  if (open.some(({ startsAt }) => startsAt <= at)) return open;
  const ended = intervals.filter((interval) => isEnded(interval, at));
  const last = ended.sort((a, b) => (a.endsAt ?? 0) - (b.endsAt ?? 0)).at(-1);
  return last === undefined ? open : [last, ...open];
}

export function isEnded({ endsAt }: Pick<Interval, 'endsAt'>, at: number): boolean {
  return endsAt !== null && endsAt <= at;
}
