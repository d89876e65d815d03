import type { Identifier } from '../exclusions/identifier.ts';
import type { AskedPerson } from '../exclusions/person.ts';

/**
 * How the sandbox's register knows somebody, or what happens to whoever asks about them.
 * - `stays`: the period is over, and the person has not asked to return.
 * - `unknown` to `slow`: the question gets no CLEAR and no EXCLUDED, in each of the ways that can happen.
 */
export const STANDINGS = [
  'clear',
  'excluded',
  'pending',
  'ended',
  'stays',
  'unknown',
  'unavailable',
  'rateLimited',
  'slow',
] as const;
export type Standing = (typeof STANDINGS)[number];

/** How long the hub thinks about a `slow` person. */
export const SLOW_MS = 1_500;
/** What a rate limited caller is told to wait. */
export const RETRY_AFTER_MS = 1_000;

export interface TestPerson {
  /** What it is called by: `sandbox.exclude { person: 'clear' }`. */
  readonly person: string;
  readonly summary: string;
  readonly standing: Standing;
  readonly identifiers: readonly Identifier[];
  readonly details?: AskedPerson;
}

const id = (value: string): Identifier => ({ type: 'nationalId', value });
const phone = (value: string): Identifier => ({ type: 'phone', value });

/** Nobody real: the same for every operator, for ever, known to sandbox keys only. */
export const TEST_PERSONS: readonly TestPerson[] = [
  {
    person: 'clear',
    summary: 'Not in the register',
    standing: 'clear',
    identifiers: [id('900000001'), phone('+254700000001')],
  },
  {
    person: 'excluded',
    summary: 'Excluded, permanently',
    standing: 'excluded',
    identifiers: [id('900000002'), phone('+254700000002'), { type: 'email', value: 'excluded@sandbox.test' }],
  },
  {
    person: 'pending',
    summary: 'CLEAR, and excluded in half a minute: validUntil ends then',
    standing: 'pending',
    identifiers: [id('900000003'), phone('+254700000003')],
  },
  {
    person: 'ended',
    summary:
      'Was excluded for 24 hours until yesterday: CLEAR, but EXCLUDED for marketing in the quiet days after it',
    standing: 'ended',
    identifiers: [id('900000004'), phone('+254700000004')],
  },
  {
    person: 'stays',
    summary: 'Six months are over and no return was asked for: still EXCLUDED',
    standing: 'stays',
    identifiers: [id('900000005'), phone('+254700000005')],
  },
  {
    person: 'sharedPhone',
    summary:
      'Not excluded, but shares the telephone of `excluded`: EXCLUDED by it, CLEAR by the national id alone',
    standing: 'clear',
    identifiers: [id('900000006'), phone('+254700000002')],
  },
  {
    person: 'passport',
    summary: 'Excluded, known by a passport only',
    standing: 'excluded',
    identifiers: [{ type: 'passport', value: 'KX9000007' }],
  },
  {
    person: 'alien',
    summary: 'Excluded, known by an alien id only',
    standing: 'excluded',
    identifiers: [{ type: 'alienId', value: '90000008' }],
  },
  {
    person: 'possibleMatch',
    summary: 'Excluded. By name and date of birth alone: UNKNOWN, with what to ask for',
    standing: 'excluded',
    identifiers: [id('900000009')],
    details: { name: 'Zawadi Nafula Barasa', dateOfBirth: '1984-03-17' },
  },
  {
    person: 'unknown',
    summary: 'UNKNOWN: the register cannot be trusted in time',
    standing: 'unknown',
    identifiers: [id('900000010'), phone('+254700000010')],
  },
  {
    person: 'unavailable',
    summary: 'UNAVAILABLE',
    standing: 'unavailable',
    identifiers: [id('900000011'), phone('+254700000011')],
  },
  {
    person: 'rateLimited',
    summary: 'RATE_LIMITED, with retryAfterMs',
    standing: 'rateLimited',
    identifiers: [id('900000012'), phone('+254700000012')],
  },
  {
    person: 'slow',
    summary: 'CLEAR, but only after a second and a half: for deadlines',
    standing: 'slow',
    identifiers: [id('900000013'), phone('+254700000013')],
  },
  {
    person: 'malformed',
    summary: 'INVALID_INPUT: a national id that is none',
    standing: 'clear',
    identifiers: [id('12345')],
  },
];
