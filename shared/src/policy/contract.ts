import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure, ROLES, SCOPES } from '../contract/procedure.ts';
import { topic } from '../contract/topic.ts';
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

const document = summary.extend({ values: policyValues });
export type PolicyDocument = z.output<typeof document>;

/** What was changed, without the values: `policy.get` has them. */
const told = summary.omit({ status: true });

/** The law is public to everybody who is known. */
const everybody = { access: { roles: ROLES, scopes: SCOPES } } as const;
const authority = { access: { roles: ['admin', 'regulator'] }, limit: 'staff' } as const;

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
