import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';

/** National ids: the excluded have 8 digits, everybody else 9. Each of the excluded has a phone as well. */
const EXCLUDED_FROM = 10_000_000;
const OTHERS_FROM = 100_000_000;
const EXCLUDED_MAX = 80_000_000;
/** A stride that reaches every number once, so that neighbours in the table are not neighbours in a query. */
const STRIDE = 7_368_787;

export function excludedNationalId(index: number): string {
  return String(EXCLUDED_FROM + ((index * STRIDE) % EXCLUDED_MAX));
}

export function excludedPhone(index: number): string {
  return `+2547${String(index % 100_000_000).padStart(8, '0')}`;
}

/**
 * So many questions about one person each: one in a hundred is excluded, all are different people, and none is
 * asked about a second time before all have been.
 */
export function questions(count: number, people: number): Identifier[] {
  return Array.from({ length: count }, (_, index) => ({
    type: 'nationalId',
    value:
      index % 100 === 0
        ? excludedNationalId(Math.floor((index / count) * people))
        : String(OTHERS_FROM + ((index * STRIDE) % (9 * OTHERS_FROM))),
  }));
}
