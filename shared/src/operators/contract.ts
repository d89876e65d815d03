import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure } from '../contract/procedure.ts';
import { compliance } from './compliance.ts';
import { keys } from './keys.ts';
import { onboarding } from './onboarding.ts';
import { email, operator } from './operator.ts';
import { operatorPropagation } from './propagation.ts';
import { settingsProcedures } from './settings.ts';

export type { Operator } from './operator.ts';

export const operators = {
  create: procedure('operators.create', {
    summary: 'Enter a licensed betting operator; the licence number is unique',
    access: { roles: ['admin'] },
    limit: 'staff',
    input: z.strictObject({ name: fields.shortText, licenceNo: fields.shortText, contactEmail: email }),
    output: operator,
    idempotency: 'accepted',
  }),
  list: procedure('operators.list', {
    summary: 'Operators, the newest first',
    access: { roles: ['admin', 'regulator'] },
    limit: 'staff',
    input: fields.listInput,
    output: fields.page(operator),
  }),
  ...onboarding,
  ...keys,
  ...settingsProcedures,
  ...compliance,
  ...operatorPropagation,
};
