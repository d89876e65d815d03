import { z } from 'zod';
import * as fields from '../contract/fields.ts';

/** L.N. 112 of 2026, regulation 69(2): the only periods there are. */
export const PERIODS = ['24h', '7d', '30d', '6mo', '1y', 'permanent'] as const;
export type Period = (typeof PERIODS)[number];
export const SOURCES = ['person', 'family', 'operator', 'court', 'regulator'] as const;
export type Source = (typeof SOURCES)[number];
export const PURPOSES = ['registration', 'login', 'deposit', 'bet', 'marketing'] as const;
export type Purpose = (typeof PURPOSES)[number];
export const ANSWERS = ['EXCLUDED', 'CLEAR', 'UNKNOWN'] as const;
export type Answer = (typeof ANSWERS)[number];

export const EXCLUSION_STATUSES = ['pending', 'active', 'ended'] as const;

export const exclusion = z.object({
  id: fields.id,
  /** What a person quotes to support; unique. */
  reference: z.string(),
  status: z.enum(EXCLUSION_STATUSES),
  period: z.enum(PERIODS),
  source: z.enum(SOURCES),
  startsAt: fields.instant,
  /** null for a permanent one. From 6mo on the exclusion stays in force after it, until a return is granted. */
  endsAt: fields.instant.nullable(),
  registeredAt: fields.instant,
  /** Its (last) entry in the register's log. */
  seq: fields.seq,
  /** Two known people stood behind the identifiers: attached to both, for staff to look at. */
  needsReview: z.boolean(),
});
export type Exclusion = z.output<typeof exclusion>;

/** Why an exclusion was lifted that never should have been: it leaves nothing behind. */
export const LIFTED_AS_NOTHING = ['petitionDismissed', 'petitionWithdrawn', 'petitionReversed'] as const;
