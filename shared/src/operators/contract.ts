import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure } from '../contract/procedure.ts';
import { compliance, latestScore } from './compliance.ts';
import { keys } from './keys.ts';
import { onboarding } from './onboarding.ts';
import { email, operator } from './operator.ts';
import { operatorPropagation } from './propagation.ts';
import { settingsProcedures } from './settings.ts';
import { operatorStaff } from './staff.ts';

export type { Operator } from './operator.ts';

/** An operator in the list of all of them; compliance is null until its first night. */
const listedOperator = operator.extend({ compliance: latestScore.nullable() });
export type ListedOperator = z.output<typeof listedOperator>;

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
    summary: 'Operators with their newest compliance score, the newest first',
    access: { roles: ['admin', 'regulator'] },
    limit: 'staff',
    input: fields.listInput,
    output: fields.page(listedOperator),
  }),
  ...onboarding,
  ...operatorStaff,
  ...keys,
  ...settingsProcedures,
  ...compliance,
  ...operatorPropagation,
};
