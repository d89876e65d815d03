import { invalidInput } from '@kinga/shared/contract/errors.ts';
import { DateTime } from 'luxon';

const KENYA_ZONE = 'Africa/Nairobi';

/** A point in time as people give it, in milliseconds since 1970: a date is 00:00 in Nairobi. */
export function givenTime(path: string, text: string): number {
  const time = DateTime.fromISO(text, { zone: KENYA_ZONE });
  if (time.isValid && time.year >= 1970 && time.year <= 2199) return time.toMillis();
  throw invalidInput(path, 'not a date there could be');
}
