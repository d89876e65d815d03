/** A date of birth as it is compared: of what is not known nothing is said. */
export interface BirthDate {
  /** `1958-07-01`; `1958-07-00` without the day; `1958-00-00` with the year alone. */
  readonly text: string;
  readonly year: string;
  /** `1958-07`, when it is known. */
  readonly month: string | undefined;
  /** With day and month. */
  readonly isWhole: boolean;
}

/** Where the day was not known, offices wrote the first of January: of such a date only the year is believed. */
const NEW_YEAR = '-01-01';

/** A date that has been checked: `YYYY-MM-DD`, with `00` for what is not known. */
export function birthDateOf(text: string): BirthDate {
  const year = text.slice(0, 4);
  if (text.endsWith(NEW_YEAR) || text.slice(4, 7) === '-00') {
    return { text: `${year}-00-00`, year, month: undefined, isWhole: false };
  }
  return { text, year, month: text.slice(0, 7), isWhole: !text.endsWith('-00') };
}
