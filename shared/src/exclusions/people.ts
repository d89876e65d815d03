import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure } from '../contract/procedure.ts';
import { exclusion } from './exclusion.ts';
import { identifier, identifiers } from './identifier.ts';
import { dateOfBirth, NAME_CHARS_MIN } from './person.ts';

const STAFF = { roles: ['admin', 'regulator'] } as const;

const person = z.object({
  id: fields.id,
  name: z.string().nullable(),
  dateOfBirth: z.string().nullable(),
  /** The record this one was merged into; it has nothing of its own until that is undone. */
  mergedInto: fields.id.nullable(),
  identifiers: z.array(z.object({ type: z.string(), value: z.string() })),
  exclusions: z.array(exclusion),
  /** What was merged into this record and can be undone, the latest first. */
  merges: z.array(z.object({ id: fields.id, personId: fields.id, mergedAt: fields.instant })),
});
export type RegisteredPerson = z.output<typeof person>;

/** The last entry a change made in the register's log; null when nothing of theirs was in force. */
const seq = fields.seq.nullable();
const changed = z.object({ personId: fields.id, seq });

const forReview = z.object({ exclusion, personIds: z.array(fields.id) });

/** The people of the register, for the staff who answer for it; every reading and change is audited. */
export const people = {
  getPerson: procedure('exclusions.getPerson', {
    summary: 'One person of the register with identifiers and exclusions; the reading is audited',
    access: STAFF,
    input: z.strictObject({ id: fields.id }),
    output: person,
    limit: 'staff',
  }),
  findPeople: procedure('exclusions.findPeople', {
    summary:
      'The people known by any of these identifiers, or by a name and a date of birth, or nearly; or whom an exclusion is about. At most 20; the search is audited',
    access: STAFF,
    /** One of the three. */
    input: z.strictObject({
      identifiers: identifiers.optional(),
      person: z
        .strictObject({ name: z.string().trim().min(NAME_CHARS_MIN).max(120), dateOfBirth })
        .optional(),
      /** What a person quotes; case, dashes and the prefix make no difference. */
      reference: fields.shortText.optional(),
    }),
    output: z.object({ items: z.array(person) }),
    limit: 'staff',
  }),
  addIdentifier: procedure('exclusions.addIdentifier', {
    summary: 'Something else a person is known by: from now on their exclusions hold for it too',
    access: STAFF,
    input: z.strictObject({ personId: fields.id, identifier }),
    output: changed,
    idempotency: 'accepted',
    limit: 'staff',
  }),
  removeIdentifier: procedure('exclusions.removeIdentifier', {
    summary: 'Not theirs after all: their exclusions no longer hold for it. Never the last one',
    access: STAFF,
    input: z.strictObject({ personId: fields.id, identifier, reason: fields.longText }),
    output: changed,
    idempotency: 'accepted',
    limit: 'staff',
  }),
  correctPerson: procedure('exclusions.correctPerson', {
    summary: 'Corrects the name or the date of birth of a person',
    access: STAFF,
    input: z.strictObject({
      personId: fields.id,
      name: fields.shortText.optional(),
      dateOfBirth: dateOfBirth.optional(),
    }),
    output: changed,
    idempotency: 'accepted',
    limit: 'staff',
  }),
  mergePeople: procedure('exclusions.mergePeople', {
    summary: 'Two records are one person: all identifiers and exclusions become the kept one’s',
    access: STAFF,
    input: z.strictObject({ keepId: fields.id, mergeId: fields.id, reason: fields.longText }),
    output: z.object({ mergeId: fields.id, personId: fields.id, seq }),
    idempotency: 'accepted',
    limit: 'staff',
  }),
  unmergePeople: procedure('exclusions.unmergePeople', {
    summary: 'Undoes a merge; what came later and could be either’s stays with both',
    access: STAFF,
    input: z.strictObject({ mergeId: fields.id }),
    output: z.object({ mergeId: fields.id, personIds: z.array(fields.id), seq }),
    idempotency: 'accepted',
    limit: 'staff',
  }),
  listForReview: procedure('exclusions.listForReview', {
    summary: 'Exclusions behind whose identifiers stood several known people, the newest first',
    access: STAFF,
    input: fields.listInput,
    output: fields.page(forReview),
    limit: 'staff',
  }),
  resolveReview: procedure('exclusions.resolveReview', {
    summary:
      'They are the same person, and are merged; or different ones, and each has the exclusion for themselves',
    access: STAFF,
    input: z.strictObject({
      id: fields.id,
      decision: z.enum(['same', 'different']),
      reason: fields.longText,
    }),
    output: z.object({
      id: fields.id,
      decision: z.enum(['same', 'different']),
      mergeIds: z.array(fields.id),
      /** Those that were made of it for the others. */
      exclusionIds: z.array(fields.id),
      seq,
    }),
    idempotency: 'accepted',
    limit: 'staff',
  }),
};
