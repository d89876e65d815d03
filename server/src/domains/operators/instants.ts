import { DateTime } from 'luxon';

const ZONE = 'Africa/Nairobi';

/** A date without a time is its 00:00 in Nairobi. */
export function instantOf(given: string): Date {
  return DateTime.fromISO(given, { zone: ZONE }).toJSDate();
}
