import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure } from '../contract/procedure.ts';
import { topic } from '../contract/topic.ts';
import { speed } from '../operators/compliance.ts';
import { CHANGE_TYPES } from '../operators/propagation.ts';

/** What became of a change at an operator; `open`: not acknowledged, `unclosed`: the account is to be closed. */
export const RECEIPT_STATES = ['open', 'acknowledged', 'unclosed', 'closed'] as const;
export const REACHES = ['socket', 'webhook', 'none'] as const;

/** One change for one operator. */
const receipt = z.object({
  id: fields.id,
  operatorId: fields.id,
  registerSeq: fields.seq,
  type: z.enum(CHANGE_TYPES),
  /** Whom it concerns, as the operator knows them. */
  handle: fields.id,
  effectiveAt: fields.instant,
  committedAt: fields.instant,
  /** First emitted to a socket of the operator, or posted. */
  sentAt: fields.instant.nullable(),
  acknowledgedAt: fields.instant.nullable(),
  /** Is an account to be closed because of it? */
  mustClose: z.boolean(),
  /** When the account was closed, as the operator says, and when it said so: by this it is judged. */
  closedAt: fields.instant.nullable(),
  reportedAt: fields.instant.nullable(),
  attempts: fields.seq,
  escalatedAt: fields.instant.nullable(),
});
export type Receipt = z.output<typeof receipt>;

const counts = {
  receipts: fields.seq,
  sent: fields.seq,
  acknowledged: fields.seq,
  /** Of those that ask for an account to be closed, the closed and the others. */
  closed: fields.seq,
  unclosed: fields.seq,
  /** When the oldest change that is not acknowledged was committed. */
  oldestOpenAt: fields.instant.nullable(),
};
const status = z.object({ operatorId: fields.id, ...counts });
export type OperatorStatus = z.output<typeof status>;

const ms = z.number().nonnegative().nullable();
/** How an operator stands now. */
const standing = z.object({
  operatorId: fields.id,
  name: z.string(),
  head: fields.seq,
  acknowledgedSeq: fields.seq,
  /** Changes not acknowledged yet, by the operator's own topic. */
  lag: fields.seq,
  openReceipts: fields.seq,
  oldestOpenMs: ms,
  /** `socket`: one of its machines watches its changes now. */
  reach: z.enum(REACHES),
  /** From the commit to the acknowledgement, of what was acknowledged in the last hour; null without any. */
  ackP50Ms: ms,
  ackP99Ms: ms,
  /** How it was answered today. */
  ...speed,
});
export type Standing = z.output<typeof standing>;
const table = z.object({ at: fields.instant, operators: z.array(standing) });
export type PropagationTable = z.output<typeof table>;

const watchers = { access: { roles: ['admin', 'regulator', 'operator'] }, limit: 'staff' } as const;

export const propagation = {
  status: procedure('propagation.status', {
    summary:
      'Per operator, what became of one exclusion, or of all changes of the last 30 days; staff see their own operator',
    ...watchers,
    input: z.strictObject({
      exclusionId: fields.id.optional(),
      operatorId: fields.id.optional(),
      cursor: fields.cursor.optional(),
    }),
    output: fields.page(status),
  }),
  receipts: procedure('propagation.receipts', {
    summary: 'The changes of one operator and what became of each, the newest first; staff see their own',
    ...watchers,
    input: z.strictObject({
      operatorId: fields.id.optional(),
      state: z.enum(RECEIPT_STATES).optional(),
      cursor: fields.cursor.optional(),
    }),
    output: fields.page(receipt),
  }),
  retry: procedure('propagation.retry', {
    summary:
      'Tells open changes again, marked as such: all of an operator (the oldest 1,000), or those named by their receipts',
    access: { roles: ['admin', 'regulator'] },
    limit: 'staff',
    idempotency: 'accepted',
    input: z
      .strictObject({
        operatorId: fields.id.optional(),
        receiptIds: z.array(fields.id).min(1).max(1000).optional(),
      })
      .refine(({ operatorId, receiptIds }) => (operatorId === undefined) !== (receiptIds === undefined), {
        path: ['operatorId'],
        message: 'either an operator or receipts',
      }),
    output: z.object({ again: fields.seq }),
  }),
};

const change = z.object({
  /** The active token; ask with it again before acting on anything but a registration. */
  token: z.string(),
  /** The same through rotations of the token. */
  handle: fields.id,
  /** The accounts of the person, as far as they are mapped. */
  customerIds: z.array(z.string()),
  effectiveAt: fields.instant,
  registerSeq: fields.seq,
  receiptId: fields.id,
  /** Told before, and not acknowledged then. */
  again: z.literal(true).optional(),
});
export type Change = z.output<typeof change>;

export const propagationTopics = {
  operatorChanges: topic({
    pattern: 'operators/<operatorId>/changes',
    kind: 'log',
    summary:
      'Changes of the register that concern people an operator holds a token of, by token; acknowledge with operators.acknowledge',
    access: 'operator',
    retentionDays: 90,
    events: { registered: change, extended: change, lifted: change, identified: change },
  }),
  operatorStandings: topic({
    pattern: 'monitoring/propagation',
    kind: 'state',
    summary: 'Every operator, once a second: how far it has acknowledged, what is open, how it is reached',
    access: { roles: ['admin', 'regulator'] },
    events: { state: table },
  }),
};
