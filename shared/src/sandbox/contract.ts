import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure } from '../contract/procedure.ts';
import { topic } from '../contract/topic.ts';
import { identifier } from '../exclusions/identifier.ts';
import { askedPerson } from '../exclusions/person.ts';
import { STANDINGS } from './persons.ts';

const person = z.string().min(1).max(50);
const testPerson = z.object({
  person: z.string(),
  summary: z.string(),
  standing: z.enum(STANDINGS),
  identifiers: z.array(identifier),
  details: askedPerson.optional(),
});

/** Sandbox keys, and the staff of their operator. */
const tryingOut = {
  access: { roles: ['operator'], scopes: ['exclusions:lookup', 'exclusions:watch'] },
} as const;

export const sandbox = {
  persons: procedure('sandbox.persons', {
    summary: 'The test persons that sandbox keys (kk_test_...) can ask about',
    access: 'public',
    input: z.strictObject({}),
    output: z.object({ persons: z.array(testPerson) }),
  }),
  exclude: procedure('sandbox.exclude', {
    summary:
      'Excludes a test person for this operator, and tells `operators/<id>/sandbox`. Repeating it changes nothing',
    ...tryingOut,
    input: z.strictObject({ person }),
    output: z.object({ person: z.string(), effectiveAt: fields.instant }),
  }),
  reset: procedure('sandbox.reset', {
    summary: 'The test persons are as in the beginning; what was excluded is told to be lifted',
    ...tryingOut,
    input: z.strictObject({}),
    output: z.object({ lifted: fields.seq }),
  }),
};

const change = z.object({
  /** The test person. */
  person: z.string(),
  effectiveAt: fields.instant,
});

export const sandboxTopics = {
  sandboxChanges: topic({
    pattern: 'operators/<id>/sandbox',
    kind: 'log',
    summary: 'What `sandbox.exclude` and `sandbox.reset` did, as changes of the register arrive',
    access: 'operator',
    environment: 'sandbox',
    retentionDays: 7,
    events: { registered: change, lifted: change },
  }),
};
