import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure } from '../contract/procedure.ts';
import { PERIODS, PURPOSES, SOURCES } from './exclusion.ts';

/** Ages at registration; `unknown` where no date of birth is known, or not its year. */
export const AGE_BANDS = ['under18', '18-24', '25-34', '35-44', '45-54', '55-64', '65+', 'unknown'] as const;
export type AgeBand = (typeof AGE_BANDS)[number];
/** So many of the newest registrations are looked at for their ages. */
export const AGES_MAX = 10_000;
export const STATISTICS_DAYS_MAX = 366;

const count = z.number().int().nonnegative();
const counts = { checks: count, hits: count, unknowns: count };

/** Days in Nairobi, both included. */
const range = z.strictObject({ from: z.iso.date(), to: z.iso.date() });
const staff = { access: { roles: ['admin', 'regulator'] }, limit: 'staff' } as const;
/** Days whose checks are in no figure yet: counted by the nightly job, and today and yesterday at once. */
const uncounted = z.array(z.iso.date());

export const statistics = {
  statistics: procedure('exclusions.statistics', {
    summary: 'The register in figures: what is in force now, registrations and checks of a range of days',
    ...staff,
    input: range,
    output: z.object({
      from: z.iso.date(),
      to: z.iso.date(),
      asOf: fields.instant,
      now: z.object({ active: count, pending: count, ended: count }),
      registrations: z.object({
        total: count,
        byPeriod: z.array(z.object({ period: z.enum(PERIODS), registrations: count })),
        bySource: z.array(z.object({ source: z.enum(SOURCES), registrations: count })),
        /** Of the newest 10,000 of the range. */
        byAgeBand: z.array(z.object({ ageBand: z.enum(AGE_BANDS), registrations: count })),
      }),
      days: z.array(z.object({ day: z.iso.date(), registrations: count, ...counts })),
      checks: z.object({
        ...counts,
        byPurpose: z.array(z.object({ purpose: z.enum(PURPOSES), ...counts })),
        byOperator: z.array(z.object({ operatorId: fields.id, name: z.string(), ...counts })),
      }),
      uncounted,
    }),
  }),
  report: procedure('exclusions.report', {
    summary:
      'The compliance report: a row for each operator, also for one that asked nothing. An operator sees its own, with the days that are counted',
    access: { roles: ['admin', 'regulator', 'operator'], scopes: ['operator:self'] },
    limit: 'staff',
    input: range,
    output: z.object({
      from: z.iso.date(),
      to: z.iso.date(),
      asOf: fields.instant,
      rows: z.array(
        z.object({
          operatorId: fields.id,
          name: z.string(),
          licenceNo: z.string(),
          registration: count,
          login: count,
          deposit: count,
          bet: count,
          marketing: count,
          ...counts,
          /** People excluded in the range, imports left out. */
          registrations: count,
          /** Of them, those this operator asked about, and was told of, within 24 hours. */
          registrationsChecked: count,
          /** registrationsChecked / registrations; null without registrations. */
          registrationsCheckedShare: z.number().min(0).max(1).nullable(),
          /** Changes of the register that concerned its customers, and those acknowledged within 5 seconds. */
          changes: count,
          changesInTime: count,
          /** Accounts to be closed after them, and those reported closed within 24 hours. */
          closings: count,
          closingsInTime: count,
        }),
      ),
      uncounted,
    }),
  }),
};
