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

const day = z.object({
  day: z.iso.date(),
  checks: z.array(z.object({ purpose: z.enum(PURPOSES), answer: z.enum(ANSWERS), count: fields.seq })),
  /** Lookups and validations that were refused for a quota. */
  refused: fields.seq,
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
      score: z.number().min(0).max(100).nullable(),
      parts: z.array(part),
    }),
  }),
  statistics: procedure('operators.statistics', {
    summary: 'What an operator asked, by day, purpose and answer; counted every hour',
    access,
    limit: 'staff',
    input: z.strictObject(period),
    output: z.object({
      operatorId: fields.id,
      from: z.iso.date(),
      to: z.iso.date(),
      days: z.array(day),
      /** null: never. */
      countedAt: fields.instant.nullable(),
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
