import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure, SCOPES } from '../contract/procedure.ts';

const operator = z.object({
  id: fields.id,
  name: z.string(),
  licenceNo: z.string(),
  contactEmail: z.string(),
  createdAt: fields.instant,
});
export type Operator = z.output<typeof operator>;

const staff = { access: { roles: ['admin'] }, limit: 'staff' } as const;

export const operators = {
  create: procedure('operators.create', {
    summary: 'Enter a licensed betting operator; the licence number is unique',
    ...staff,
    input: z.strictObject({
      name: fields.shortText,
      licenceNo: fields.shortText,
      contactEmail: z.string().trim().toLowerCase().pipe(z.email().max(254)),
    }),
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
  issueKey: procedure('operators.issueKey', {
    summary: 'A new API key: shown in this answer only, stored as a keyed hash, good on every node at once',
    ...staff,
    input: z.strictObject({
      operatorId: fields.id,
      label: fields.shortText,
      scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length),
    }),
    output: z.object({ keyId: fields.id, apiKey: z.string() }),
  }),
  revokeKey: procedure('operators.revokeKey', {
    summary: 'Revokes a key; its sockets close within a second on every node. Repeating it changes nothing',
    ...staff,
    input: z.strictObject({ keyId: fields.id }),
    output: z.object({ keyId: fields.id, revokedAt: fields.instant }),
  }),
};
