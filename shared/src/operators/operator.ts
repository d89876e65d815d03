import { z } from 'zod';
import * as fields from '../contract/fields.ts';

/** Somebody who is licensed to take bets. */
export const operator = z.object({
  id: fields.id,
  name: z.string(),
  licenceNo: z.string(),
  contactEmail: z.string(),
  createdAt: fields.instant,
  /** Of a suspended operator no key works. */
  state: z.enum(['active', 'suspended']),
  /** null: not known. */
  licenceExpiresAt: fields.instant.nullable(),
});
export type Operator = z.output<typeof operator>;

export const email = z.string().trim().toLowerCase().pipe(z.email().max(254));
/** As people write a number; it is written to by people, not by the hub. */
export const contactPhone = z
  .string()
  .trim()
  .regex(/^\+?[\d ().-]{7,25}$/, 'not a phone number');
export const website = z.url({ protocol: /^https?$/ }).max(300);

/** An operator's staff and its keys need not say whose it is; everybody else has to. */
export const ofOperator = { operatorId: fields.id.optional() };
