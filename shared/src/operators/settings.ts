import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure } from '../contract/procedure.ts';
import { contactPhone, email, ofOperator } from './operator.ts';

export const NOTICES = ['licence', 'keys', 'compliance', 'incidents'] as const;

const values = {
  /** Who is called when something is wrong between us. */
  incidentContact: z
    .strictObject({ name: fields.shortText, email, phone: contactPhone.optional() })
    .nullable(),
  /** What the operator wants to be written about. */
  notices: z.array(z.enum(NOTICES)).max(NOTICES.length),
  locale: z.enum(['en', 'sw']),
  /** Who gets the reports. */
  reportRecipients: z.array(email).max(20),
};
/** What is not set is like this. */
export const DEFAULT_SETTINGS: OperatorSettings = {
  incidentContact: null,
  notices: [...NOTICES],
  locale: 'en',
  reportRecipients: [],
};
const settings = z.object(values);
export type OperatorSettings = z.output<typeof settings>;

const answer = settings.extend({ operatorId: fields.id, updatedAt: fields.instant.nullable() });

export const settingsProcedures = {
  settings: procedure('operators.settings', {
    summary: 'How an operator wants to be reached; its staff and keys see their own',
    access: { roles: ['admin', 'regulator', 'operator'], scopes: ['operator:self'] },
    input: z.strictObject(ofOperator),
    output: answer,
  }),
  updateSettings: procedure('operators.updateSettings', {
    summary: 'Changes the settings that are given, and no other',
    access: { roles: ['admin', 'operator'], scopes: ['operator:self'] },
    input: z.strictObject({ ...ofOperator, ...settings.partial().shape }),
    output: answer,
    idempotency: 'accepted',
  }),
};
