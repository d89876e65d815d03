import { z } from 'zod';
import { ANSWERS } from '../exclusions/contract.ts';
import { PURPOSES } from '../exclusions/exclusion.ts';
import { identifier } from '../exclusions/identifier.ts';
import { askedPerson } from '../exclusions/person.ts';

/** What the customer, or the operator, is about to do. */
export const ACTIONS = [
  'register',
  'logIn',
  'deposit',
  'bet',
  'sendMarketing',
  'withdraw',
  /** A dormant or closed account is to be opened again. */
  'reactivate',
  /** Name, number or address of an open account was changed. */
  'editIdentity',
  /** The hub told something on the operator's topic. */
  'applyChange',
] as const;
export type Action = (typeof ACTIONS)[number];

export const DECISIONS = [
  'allow',
  'refuse',
  /** Nothing is known: not now, and asked again before it is. */
  'retryLater',
  /** What the customer gave is malformed: they are asked to correct it. */
  'rejectInput',
  'askFor:nationalId',
  'askFor:phone',
  'askFor:email',
  'askFor:passport',
  'askFor:alienId',
  /** Of changes that were told: */
  'closeAccount',
  'checkAgain',
  'resume',
  'ignore',
] as const;
export type Decision = (typeof DECISIONS)[number];

/** What an operator's system knew before. */
export const context = z.object({
  /** What the hub said last about this customer, on the identity shown here unless `identityChanged`. */
  lastAnswer: z
    .object({
      status: z.enum(ANSWERS),
      purpose: z.enum(PURPOSES),
      /** How long ago it was given. */
      agoMs: z.number(),
      /** Until validUntil; not positive: over, or to be used once and used. */
      validForMs: z.number(),
    })
    .optional(),
  /** Name, number or address are others than when the hub was asked last. */
  identityChanged: z.boolean().optional(),
  account: z.enum(['none', 'open', 'dormant', 'closed']).optional(),
  /** The decision must be made within this time. */
  deadlineMs: z.number().optional(),
  /** Where the details come from. */
  source: z.enum(['customer', 'affiliate', 'otherBrand', 'bettingShop']).optional(),
  /** By the operator's own calendar the exclusion is over. */
  periodOver: z.boolean().optional(),
});
export type Context = z.output<typeof context>;

/** What came on the operator's topic. */
export const change = z.object({
  type: z.enum(['registered', 'extended', 'lifted', 'identified', 'reset']),
  /** Its seq, and the last one applied: one more is the next one. */
  seq: z.number(),
  appliedSeq: z.number(),
});
export type Change = z.output<typeof change>;

export const situation = z.object({
  id: z.string(),
  action: z.enum(ACTIONS),
  /** What to ask the hub for, when it is to be asked. */
  purpose: z.enum(PURPOSES).nullable(),
  customer: z
    .object({
      identifiers: z.array(identifier),
      person: askedPerson.optional(),
    })
    .nullable(),
  context,
  change: change.optional(),
  /** To be asked about in one `exclusions.lookupMany`, with the others of this name. */
  batch: z.string().optional(),
});
export type Situation = z.output<typeof situation>;
