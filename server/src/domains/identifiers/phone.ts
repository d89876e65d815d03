import { parsePhoneNumberFromString } from 'libphonenumber-js/mobile';

const KENYA = '+254';
/** Digits of a Kenyan mobile number after `+254` or after the trunk `0`. */
const NATIONAL_DIGITS = 9;
/** Of them, how many say whether the range is one that exists. */
const RANGE_DIGITS = 3;
/** What people put between digits; Unicode spaces come with numbers copied from web pages and phones. */
const SEPARATORS = /[ ()\-.\p{Zs}]/gu;

/** E.164, or undefined when it is not a mobile number. */
export function canonicalPhone(value: string): string | undefined {
  const compact = value.trim().replace(SEPARATORS, '');
  if (!/^\+?\d{7,17}$/.test(compact)) return undefined;
  const national = kenyanPart(compact);
  if (national !== undefined) return isKenyanMobile(national) ? KENYA + national : undefined;
  if (!compact.startsWith('+')) return undefined;
  const parsed = parsePhoneNumberFromString(compact);
  return parsed?.isValid() ? parsed.number : undefined;
}

/**
 * What follows the country code or the trunk 0 in any of the Kenyan spellings. Undefined for a number of
 * another country; whether it is a number at all is not said here.
 */
function kenyanPart(compact: string): string | undefined {
  if (compact.startsWith('+')) return compact.startsWith(KENYA) ? withoutTrunk(compact.slice(4)) : undefined;
  if (compact.startsWith('00254')) return withoutTrunk(compact.slice(5));
  if (compact.startsWith('254') && compact.length > NATIONAL_DIGITS) return withoutTrunk(compact.slice(3));
  return withoutTrunk(compact);
}

function withoutTrunk(digits: string): string {
  return digits.startsWith('0') ? digits.slice(1) : digits;
}

/**
 * libphonenumber's answer depends on the length and the first three digits only (a property test holds us to
 * that), so it is asked once per range: a lookup pays nanoseconds for its phone instead of microseconds.
 */
const knownRanges = new Map<string, boolean>();

function isKenyanMobile(national: string): boolean {
  if (national.length !== NATIONAL_DIGITS) return false;
  const range = national.slice(0, RANGE_DIGITS);
  let known = knownRanges.get(range);
  if (known === undefined) {
    const probe = KENYA + range.padEnd(NATIONAL_DIGITS, '0');
    known = parsePhoneNumberFromString(probe)?.isValid() ?? false;
    knownRanges.set(range, known);
  }
  return known;
}
