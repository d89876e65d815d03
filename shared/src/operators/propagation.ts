import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure } from '../contract/procedure.ts';
import { ofOperator } from './operator.ts';

/** What a change of the register may be to an operator. */
export const CHANGE_TYPES = ['registered', 'extended', 'lifted', 'identified'] as const;
export type ChangeType = (typeof CHANGE_TYPES)[number];

const webhookUrl = z.url({ protocol: /^https?$/ }).max(500);
const overlapHours = z.number().min(0).max(168);

const webhook = z.object({
  url: z.string(),
  createdAt: fields.instant,
  /** Until when deliveries are signed with the secret before as well. */
  oldSecretEndsAt: fields.instant.nullable(),
  /** Posts that failed since the last one that was taken. */
  failures: fields.seq,
  nextAttemptAt: fields.instant.nullable(),
});
export type Webhook = z.output<typeof webhook>;

const delivery = z.object({
  id: fields.id,
  at: fields.instant,
  /** The changes it carried: everything after `afterSeq` up to `upToSeq`. */
  afterSeq: fields.seq,
  upToSeq: fields.seq,
  events: fields.seq,
  attempt: z.number().int().positive(),
  /** null: nobody answered. */
  status: z.number().int().nullable(),
  ms: fields.seq,
  delivered: z.boolean(),
  failure: z.string().nullable(),
  /** The first 500 bytes of what the endpoint said. */
  answer: z.string().nullable(),
});
export type WebhookDelivery = z.output<typeof delivery>;

/** Its machines: the changes are for those who can act on them. */
const machines = { access: { scopes: ['exclusions:watch', 'operator:self'] } } as const;
/** Answers with a secret, or sends an operator's changes elsewhere: for itself and administrators. */
const givesSecrets = { grantable: false } as const;
const integrators = { access: { roles: ['admin', 'operator'], scopes: ['operator:self'] } } as const;

export const operatorPropagation = {
  acknowledge: procedure('operators.acknowledge', {
    summary:
      'Everything up to and including this seq of the operator’s own changes is applied. Never goes backwards; may be repeated',
    ...machines,
    input: z.strictObject({
      seq: fields.seq,
      /** Of the change: one of a history that a restore has replaced is refused (CONFLICT), and acknowledges nothing. */
      epoch: z.string().max(100).optional(),
    }),
    output: z.object({ seq: fields.seq, acknowledgedAt: fields.instant.nullable() }),
  }),
  acknowledged: procedure('operators.acknowledged', {
    summary: 'Where to resume: the position of the operator’s own changes that was acknowledged last',
    access: { roles: ['operator'], scopes: ['exclusions:watch', 'operator:self'] },
    input: z.strictObject({}),
    output: z.object({
      topic: z.string(),
      epoch: z.string(),
      seq: fields.seq,
      head: fields.seq,
      acknowledgedAt: fields.instant.nullable(),
    }),
  }),
  reportClosed: procedure('operators.reportClosed', {
    summary:
      'The accounts of the people behind these tokens are closed. May be repeated; whether that was in time is judged by when it is reported',
    ...machines,
    input: z.strictObject({
      tokens: z.array(z.string().max(100)).min(1).max(1000),
      /**
       * Now, unless it was earlier; never before the change that asks for it was committed. Refused, `details` name
       * each of the tokens it is too early for beside it.
       */
      closedAt: fields.givenInstant.optional(),
    }),
    output: z.object({ closedAt: fields.instant, reportedAt: fields.instant, receipts: fields.seq }),
  }),
  setWebhook: procedure('operators.setWebhook', {
    summary:
      'Changes are posted here until they are taken, in order, up to 100 at once; the secret is shown in this answer only',
    ...integrators,
    ...givesSecrets,
    input: z.strictObject({ ...ofOperator, url: webhookUrl }),
    output: z.object({ operatorId: fields.id, webhook, secret: z.string() }),
  }),
  webhook: procedure('operators.webhook', {
    summary: 'Where changes are posted to, if anywhere, and how that goes',
    ...integrators,
    input: z.strictObject(ofOperator),
    output: z.object({ operatorId: fields.id, webhook: webhook.nullable() }),
  }),
  removeWebhook: procedure('operators.removeWebhook', {
    summary: 'Nothing is posted any more. Repeating it changes nothing',
    ...integrators,
    input: z.strictObject(ofOperator),
    output: z.object({ operatorId: fields.id, removed: z.boolean() }),
  }),
  rotateWebhookSecret: procedure('operators.rotateWebhookSecret', {
    summary:
      'A new secret, shown in this answer only; deliveries carry both signatures until the overlap ends',
    ...integrators,
    ...givesSecrets,
    input: z.strictObject({ ...ofOperator, overlapHours }),
    output: z.object({ operatorId: fields.id, secret: z.string(), oldSecretEndsAt: fields.instant }),
  }),
  testWebhook: procedure('operators.testWebhook', {
    summary: 'Posts a signed delivery without events now, and says what the endpoint made of it',
    ...integrators,
    limit: 'staff',
    input: z.strictObject(ofOperator),
    output: z.object({
      delivered: z.boolean(),
      status: z.number().int().nullable(),
      ms: fields.seq,
      failure: z.string().nullable(),
    }),
  }),
  webhookDeliveries: procedure('operators.webhookDeliveries', {
    summary: 'What was posted in the last 30 days, and what the endpoint made of it, the newest first',
    ...integrators,
    input: z.strictObject({ ...ofOperator, cursor: fields.cursor.optional() }),
    output: fields.page(delivery),
  }),
};
