import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure } from '../contract/procedure.ts';
import { topic } from '../contract/topic.ts';
import { ANSWERS, EXCLUSION_STATUSES, exclusion, PERIODS, PURPOSES, SOURCES } from './exclusion.ts';
import { IDENTIFIER_TYPES, identifiers } from './identifier.ts';
import { lifeCycle } from './life-cycle.ts';
import { ownChecks } from './own-checks.ts';
import { people } from './people.ts';
import { askedPerson, person } from './person.ts';
import { statistics } from './statistics.ts';

export {
  ANSWERS,
  type Answer,
  type Exclusion,
  PERIODS,
  type Period,
  PURPOSES,
  type Purpose,
  SOURCES,
  type Source,
} from './exclusion.ts';

const exclusionDetail = exclusion.extend({
  reason: z.string().nullable(),
  /** Sealed originals, opened for staff only; each opening is audited. */
  people: z.array(
    z.object({
      id: fields.id,
      name: z.string().nullable(),
      dateOfBirth: z.string().nullable(),
      identifiers: z.array(z.object({ type: z.string(), value: z.string() })),
    }),
  ),
});
export type ExclusionDetail = z.output<typeof exclusionDetail>;

export const answer = z.object({
  status: z.enum(ANSWERS),
  /** The database's time at which the register was last confirmed to be what this answer rests on. */
  asOf: fields.instant,
  /** The register's log as far as this answer knows it. */
  seq: fields.seq,
  /** Until when the answer may be reused; equal to asOf: use it once. */
  validUntil: fields.instant,
  /** Proves that the question was asked. */
  checkId: z.string(),
  /** The version of the policy the answer was given under. */
  policyVersion: z.number().int().positive().optional(),
  /** Why UNKNOWN: no identifier is known, but somebody excluded has this name and date of birth, or nearly. */
  reason: z.literal('possible_match').optional(),
  /** With a reason: the identifier to ask the person for next. */
  ask: z.enum(IDENTIFIER_TYPES).optional(),
});
export type LookupAnswer = z.output<typeof answer>;

export const itemError = z.object({
  code: z.string(),
  message: z.string(),
  details: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

const day = z.iso
  .date()
  .refine((text) => text >= '1900' && text < '2200', 'the years from 1900 to 2199 can be meant');

export const exclusions = {
  register: procedure('exclusions.register', {
    summary: 'Exclude a person from betting, effective at once (L.N. 112 of 2026, r. 67(3))',
    access: { roles: ['admin', 'regulator', 'bettor', 'citizen'] },
    input: z.strictObject({
      identifiers,
      period: z.enum(PERIODS),
      source: z.enum(SOURCES),
      reason: fields.longText.optional(),
      /** At once when left out; one's own within a year from now and never past, any other within five years. */
      startsAt: fields.givenInstant.optional(),
      /**
       * By which a lookup finds them under an identifier the register does not know. With two names only and a date
       * of which something is unknown they are found by their identifiers alone: too many people are called so.
       */
      person: person.optional(),
    }),
    output: exclusion,
    idempotency: 'accepted',
    limit: 'staff',
  }),
  get: procedure('exclusions.get', {
    summary: 'One exclusion with the people it is about; the reading is audited',
    access: { roles: ['admin', 'regulator', 'bettor', 'citizen'] },
    input: z.strictObject({ id: fields.id }),
    output: exclusionDetail,
    limit: 'staff',
  }),
  list: procedure('exclusions.list', {
    summary: 'Exclusions, the newest first; a bettor sees their own. Who searches by a reference is recorded',
    access: { roles: ['admin', 'regulator', 'bettor', 'citizen'] },
    input: fields.listInput.extend({
      /** As somebody quotes it: case, dashes and the prefix make no difference. */
      reference: fields.shortText.optional(),
      source: z.enum(SOURCES).optional(),
      period: z.enum(PERIODS).optional(),
      status: z.enum(EXCLUSION_STATUSES).optional(),
      /** Nairobi days of the registration, both included. */
      from: day.optional(),
      to: day.optional(),
    }),
    output: fields.page(exclusion),
    limit: 'staff',
  }),
  lookup: procedure('exclusions.lookup', {
    summary: 'May this person bet? Answered from memory, recorded, and never CLEAR by mistake',
    access: { scopes: ['exclusions:lookup'] },
    input: z.strictObject({ identifiers, person: askedPerson.optional(), purpose: z.enum(PURPOSES) }),
    output: answer,
    limit: 'lookup',
  }),
  lookupMany: procedure('exclusions.lookupMany', {
    summary: 'Up to 1,000 lookups at once, joined by ref; a malformed one fails alone',
    access: { scopes: ['exclusions:lookup'] },
    input: z.strictObject({
      checks: z
        .array(
          z.strictObject({
            ref: z.string().min(1).max(100),
            identifiers,
            person: askedPerson.optional(),
            purpose: z.enum(PURPOSES),
          }),
        )
        .min(1)
        .max(1000),
    }),
    output: z.object({
      results: z.array(
        z.union([answer.extend({ ref: z.string() }), z.object({ ref: z.string(), error: itemError })]),
      ),
    }),
    limit: 'lookup',
  }),
  ...people,
  ...lifeCycle,
  ...statistics,
  ...ownChecks,
};

/** Pseudonymous: nothing about period, end, source or reference leaves the register by this topic. */
const change = z.object({ subject: z.string(), effectiveAt: fields.instant });

export const exclusionTopics = {
  changes: topic({
    pattern: 'exclusions/changes',
    kind: 'log',
    summary:
      'Every change of the register; its seq is the register log’s own. No snapshot: after a reset, check again',
    access: { roles: ['admin', 'regulator'], scopes: ['exclusions:watch'] },
    events: { registered: change, extended: change, lifted: change, identified: change },
  }),
};
