import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure } from '../contract/procedure.ts';
import { ANSWERS, PURPOSES } from '../exclusions/contract.ts';
import { ofOperator } from './operator.ts';

const access = { roles: ['admin', 'regulator', 'operator'], scopes: ['operator:self'] } as const;
/** Nairobi days, both included; the last thirty when not given. */
const period = { ...ofOperator, from: z.iso.date().optional(), to: z.iso.date().optional() };
export const PERIOD_DAYS_MAX = 366;

const part = z.object({
  name: z.string(),
  /** 0 to 1; null: cannot be judged, and counts neither way. */
  value: z.number().min(0).max(1).nullable(),
  weight: z.number(),
  reason: z.string(),
});
export type CompliancePart = z.output<typeof part>;
const score = z.number().min(0).max(100).nullable();

/** As it was judged in the night after that day. */
export const latestScore = z.object({
  day: z.iso.date(),
  score,
  /** A week before; null: not known. */
  weekBefore: score,
});
export type LatestScore = z.output<typeof latestScore>;

const ms = z.number().nonnegative().nullable();
/** How long the hub took for a lookup or a validation, without the network; null without any. */
export const speed = { lookupP50Ms: ms, lookupP99Ms: ms };

const performance = {
  /** Changes of the register that were committed on that day and concern its customers. */
  changes: fields.seq,
  acknowledged: fields.seq,
  /** From the commit to the acknowledgement, of those that were. */
  acknowledgedP50Ms: ms,
  acknowledgedP99Ms: ms,
  /** Accounts to be closed after those changes. */
  closings: fields.seq,
  closed: fields.seq,
  /** To when they were closed, as the operator says; `compliance` goes by when that was reported. */
  closedP50Ms: ms,
  closedP99Ms: ms,
  /** To its webhook; each attempt is one. Known for 30 days. */
  posts: fields.seq,
  delivered: fields.seq,
  postP50Ms: ms,
  /** Lookups and validations of production keys: answered, and refused for a quota. */
  calls: fields.seq,
  refused: fields.seq,
  ...speed,
};

const day = z.object({
  day: z.iso.date(),
  checks: z.array(z.object({ purpose: z.enum(PURPOSES), answer: z.enum(ANSWERS), count: fields.seq })),
  /** Lookups and validations that were refused for a quota. */
  refused: fields.seq,
  ...speed,
});

export const compliance = {
  compliance: procedure('operators.compliance', {
    summary: 'How well an operator keeps its duties, 0 to 100, with the parts and their reasons',
    access,
    limit: 'staff',
    input: z.strictObject(period),
    output: z.object({
      operatorId: fields.id,
      from: z.iso.date(),
      to: z.iso.date(),
      /** null: nothing of it can be judged. */
      score,
      parts: z.array(part),
    }),
  }),
  complianceHistory: procedure('operators.complianceHistory', {
    summary:
      'The compliance score of each day, over the thirty days up to it, as it was judged in the night after; a day may be missing',
    access,
    limit: 'staff',
    input: z.strictObject(period),
    output: z.object({
      operatorId: fields.id,
      from: z.iso.date(),
      to: z.iso.date(),
      days: z.array(z.object({ day: z.iso.date(), score, parts: z.array(part.omit({ reason: true })) })),
    }),
  }),
  statistics: procedure('operators.statistics', {
    summary:
      'What an operator asked, by day, purpose and answer, counted every hour; and how fast it was answered',
    access,
    limit: 'staff',
    input: z.strictObject(period),
    output: z.object({
      operatorId: fields.id,
      from: z.iso.date(),
      to: z.iso.date(),
      days: z.array(day),
      /** Over all these days. */
      ...speed,
      /** null: never. */
      countedAt: fields.instant.nullable(),
    }),
  }),
  performance: procedure('operators.performance', {
    summary:
      'How an operator and the hub work together, by day: how soon changes were acknowledged and accounts closed, what its webhook took, its calls, refusals and how fast it was answered',
    access,
    limit: 'staff',
    input: z.strictObject(period),
    output: z.object({
      operatorId: fields.id,
      from: z.iso.date(),
      to: z.iso.date(),
      /** Every day of them, also the quiet ones. */
      days: z.array(z.object({ day: z.iso.date(), ...performance })),
      total: z.object(performance),
    }),
  }),
  auditLog: procedure('operators.auditLog', {
    summary: 'What was done by an operator’s keys and staff, and to it, the newest first',
    access: { roles: ['admin', 'regulator', 'operator'] },
    limit: 'staff',
    input: z.strictObject({ ...ofOperator, cursor: fields.cursor.optional() }),
    output: fields.page(
      z.object({
        at: fields.instant,
        actor: z.string(),
        action: z.string(),
        subject: z.string(),
        details: z.record(z.string(), z.unknown()),
        requestId: z.string().nullable(),
      }),
    ),
  }),
};
