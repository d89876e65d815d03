import { z } from 'zod';
import * as fields from '../contract/fields.ts';

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const YEAR_MIN = 1900;
const YEAR_MAX = 2199;

/** `YYYY-MM-DD`, with `00` for a day or for a month and day that nobody knows. */
export function isDateOfBirth(text: string): boolean {
  const [, year = 0, month = 0, day = 0] = DATE.exec(text)?.map(Number) ?? [];
  if (year < YEAR_MIN || year > YEAR_MAX || month > 12) return false;
  if (month === 0 || day === 0) return day === 0;
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

export const NO_DATE_OF_BIRTH = 'no such date: YYYY-MM-DD, with 00 for an unknown month or day';

/** Kenya has one offset all year. */
const NAIROBI_MS = 3 * 3_600_000;

/** Whoever is put on record with one that is to come would never be found by it. */
function isNotToCome(text: string): boolean {
  return text <= new Date(Date.now() + NAIROBI_MS).toISOString().slice(0, 10);
}

export const dateOfBirth = z
  .string()
  .max(10)
  .refine(isDateOfBirth, { error: NO_DATE_OF_BIRTH, abort: true })
  .refine(isNotToCome, 'a date that is still to come');

/** What a registration says of a person beside the identifiers. */
export const person = z.strictObject({
  name: fields.shortText.optional(),
  dateOfBirth: dateOfBirth.optional(),
});

export const NAME_CHARS_MIN = 2;

/**
 * Who is asked about, for when no identifier is found: names in any order, and a date of birth that may be
 * incomplete. Taken as written; the hub refuses a malformed one by its path, so that one item of many fails alone.
 */
export const askedPerson = z.strictObject({
  name: z.string().max(120).optional(),
  dateOfBirth: z.string().max(10).optional(),
});
export type AskedPerson = z.output<typeof askedPerson>;
