import { invalidInput } from '@kinga/shared/contract/errors.ts';
import { DateTime } from 'luxon';

const KENYA_ZONE = 'Africa/Nairobi';
/** Before it there was no register to ask; what comes after the other nobody means. */
const YEAR_MIN = 2000;
const YEAR_MAX = 2199;

/** A point in time as people give it, in milliseconds since 1970: a date is 00:00 in Nairobi. */
export function givenTime(path: string, text: string): number {
  const time = DateTime.fromISO(text, { zone: KENYA_ZONE });
  if (time.isValid && time.year >= YEAR_MIN && time.year <= YEAR_MAX) return time.toMillis();
  throw invalidInput(path, 'not a date there could be');
}
