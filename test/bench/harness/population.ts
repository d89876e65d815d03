import { Population } from '@kinga/server/cli/matcher/population.ts';
import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';

/** National ids: the excluded have 8 digits, everybody else 9. Each of the excluded has a phone and an e-mail address. */
const EXCLUDED_FROM = 10_000_000;
const OTHERS_FROM = 100_000_000;
const EXCLUDED_MAX = 80_000_000;
/** A stride that reaches every number once, so that neighbours in the table are not neighbours in a query. */
const STRIDE = 7_368_787;
const STRANGERS_SEED = 4_711;

export function excludedNationalId(index: number): string {
  return String(EXCLUDED_FROM + ((index * STRIDE) % EXCLUDED_MAX));
}

export function excludedPhone(index: number): string {
  return `+2547${String(index % 100_000_000).padStart(8, '0')}`;
}

export function excludedEmail(index: number): string {
  return `mtu.${index}@example.co.ke`;
}

export interface NamedPerson {
  readonly name: string;
  readonly dateOfBirth: string;
}

/** Names and dates of birth as they are spread among Kenyans; the nth of a seed is always the same. */
export function* namedPeople(seed: number): Generator<NamedPerson, never> {
  const population = new Population(seed);
  for (;;) {
    const { names, dateOfBirth } = population.next();
    yield { name: names.join(' '), dateOfBirth };
  }
}

/**
 * So many questions about somebody whose national id nobody knows, with name and date of birth: what a matcher
 * has most work with, for nothing is found that would end the search.
 */
export function strangers(count: number): { identifiers: Identifier[]; person: NamedPerson }[] {
  const named = namedPeople(STRANGERS_SEED);
  return Array.from({ length: count }, (_, index) => ({
    identifiers: [{ type: 'nationalId', value: strangersNationalId(index) }],
    person: named.next().value,
  }));
}

/** The subject of an operator's nth token, one in a hundred of them excluded. */
export function tokenSubject(index: number, people: number): Identifier[] {
  const excluded = Math.floor((index * 7_919) % people);
  return index % 100 === 0
    ? [
        { type: 'nationalId', value: excludedNationalId(excluded) },
        { type: 'phone', value: excludedPhone(excluded) },
        { type: 'email', value: excludedEmail(excluded) },
      ]
    : [
        { type: 'nationalId', value: strangersNationalId(index) },
        { type: 'phone', value: `+2541${String(index % 100_000_000).padStart(8, '0')}` },
        { type: 'email', value: `mteja.${index}@example.co.ke` },
      ];
}

function strangersNationalId(index: number): string {
  return String(OTHERS_FROM + ((index * STRIDE) % (9 * OTHERS_FROM)));
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
        : strangersNationalId(index),
  }));
}
