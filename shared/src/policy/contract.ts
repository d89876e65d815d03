import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure, ROLES, SCOPES } from '../contract/procedure.ts';
import { topic } from '../contract/topic.ts';
import { ANSWERS, PURPOSES } from '../exclusions/contract.ts';
import { answeredValues } from './answer.ts';
import { policyValues } from './values.ts';

const version = z.number().int().min(1).max(1_000_000);

const summary = z.object({
  version,
  /** From this instant of the database's clock on; version 1 has been in force since always. */
  startsAt: fields.instant,
  status: z.enum(['past', 'inForce', 'scheduled', 'withdrawn']),
  note: z.string(),
  createdAt: fields.instant,
  withdrawnAt: fields.instant.nullable(),
});
export type PolicySummary = z.output<typeof summary>;

const document = summary.extend({ values: answeredValues });
export type PolicyDocument = z.output<typeof document>;

/** What was changed, without the values: `policy.get` has them. */
const told = summary.omit({ status: true });

/** The law is public to everybody who is known. */
const everybody = { access: { roles: ROLES, scopes: SCOPES } } as const;
const authority = { access: { roles: ['admin', 'regulator'] }, limit: 'staff' } as const;

export const REPLAY_EXAMPLES_MAX = 100;

const count = z.number().int().nonnegative();

export const policy = {
  current: procedure('policy.current', {
    summary: 'The policy in force now, each value with the regulation it comes from',
    ...everybody,
    input: z.strictObject({}),
    output: document,
  }),
  list: procedure('policy.list', {
    summary: 'Every version there is or was, the newest first',
    ...everybody,
    input: fields.listInput,
    output: fields.page(summary),
  }),
  get: procedure('policy.get', {
    summary: 'One version with its values',
    ...everybody,
    input: z.strictObject({ version }),
    output: document,
  }),
  publish: procedure('policy.publish', {
    summary:
      'A new version, as one whole document. It starts when it says, or at once: a second later at the earliest, when every node knows it',
    ...authority,
    input: z.strictObject({
      /** Not past, and after every version that is not withdrawn; absent: at once. */
      startsAt: fields.givenInstant.optional(),
      values: policyValues,
      note: fields.longText,
    }),
    output: document,
    idempotency: 'accepted',
  }),
  withdraw: procedure('policy.withdraw', {
    summary: 'Takes back a version that has not started: up to a second before it does',
    ...authority,
    input: z.strictObject({ version }),
    output: document,
    idempotency: 'accepted',
  }),
  replay: procedure('policy.replay', {
    summary:
      'Which recorded answers would have differed under a version: status, or how long it could be reused. From the history of exclusions, of which a check knows only the one identifier it was recorded under: an answer that another one of the same question would have changed is not found, and neither is what an outage changed (UNKNOWN). Up to 50,000 checks a call, then nextCursor',
    ...authority,
    input: z.strictObject({
      version,
      from: fields.givenInstant,
      /** Exclusive. */
      to: fields.givenInstant,
      cursor: fields.cursor.optional(),
    }),
    output: z.object({
      version,
      from: fields.instant,
      to: fields.instant,
      examined: count,
      differing: count,
      /** Answers that the history does not lead to as it is told today: nothing is said about them. */
      unexplained: count,
      byPurpose: z.array(
        z.object({ purpose: z.enum(PURPOSES), examined: count, differing: count, unexplained: count }),
      ),
      examples: z
        .array(
          z.object({
            checkId: z.string(),
            at: fields.instant,
            purpose: z.enum(PURPOSES),
            recorded: z.enum(ANSWERS),
            replayed: z.enum(ANSWERS),
            why: z.string(),
          }),
        )
        .max(REPLAY_EXAMPLES_MAX),
      nextCursor: fields.cursor.optional(),
    }),
  }),
};

export const policyTopics = {
  versions: topic({
    pattern: 'policy/versions',
    kind: 'log',
    summary: 'Versions of the policy as they are published and withdrawn',
    ...everybody,
    retentionDays: 7,
    events: { published: told, withdrawn: told },
  }),
};
