import { invalidInput } from '@kinga/shared/contract/errors.ts';
import { DateTime } from 'luxon';

export const ZONE = 'Africa/Nairobi';
/** Beyond these nobody means what they write, and not every calendar can. */
const YEAR_MIN = 1900;
const YEAR_MAX = 2999;

/** A date without a time is its 00:00 in Nairobi. */
export function momentOf(path: string, given: string): DateTime {
  const moment = DateTime.fromISO(given, { zone: ZONE });
  if (!moment.isValid || moment.year < YEAR_MIN || moment.year > YEAR_MAX) {
    throw invalidInput(path, `not in the years ${YEAR_MIN} to ${YEAR_MAX}`);
  }
  return moment;
}

export function instantOf(path: string, given: string): Date {
  return momentOf(path, given).toJSDate();
}
