import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure, ROLES, SCOPES } from '../contract/procedure.ts';
import { IDENTIFIER_TYPES, identifier } from '../exclusions/identifier.ts';
import { account } from './account.ts';

const found = account.extend({ suspendedAt: fields.instant.nullable() });

const detail = found.extend({
  /** Of which kinds the account has identifiers. */
  identifierTypes: z.array(z.enum(IDENTIFIER_TYPES)),
  /** Why staff suspended it. */
  suspensionReason: z.string().nullable(),
  lastSignInAt: fields.instant.nullable(),
  /** Sessions that stand. */
  sessions: fields.seq,
  /** What is granted to this account beyond its role. */
  permissions: z.array(z.string()),
});

/** A procedure, or a topic by its pattern. */
const guarded = z.object({
  name: z.string(),
  kind: z.enum(['procedure', 'topic']),
  summary: z.string(),
  /** `owner`, `operator`: whom the topic is named after; `member`: of its audience; `listed`: the roles and scopes. */
  access: z.enum(['public', 'signedIn', 'owner', 'member', 'operator', 'listed']),
  roles: z.array(z.enum(ROLES)),
  scopes: z.array(z.enum(SCOPES)),
  /** May it be granted to support, or to one account of staff? */
  grantable: z.boolean(),
  granted: z.object({ roles: z.array(z.enum(ROLES)), accountIds: z.array(fields.id) }),
});

const grant = z.strictObject({
  /** The name of a procedure, or the pattern of a topic. */
  procedure: z.string().min(1).max(100),
  /** Either to everybody of support ... */
  role: z.literal('support').optional(),
  /** ... or to one account of staff. */
  accountId: fields.id.optional(),
});

const staff = { access: { roles: ['admin'] }, limit: 'staff' } as const;

export const staffProcedures = {
  permissions: procedure('identity.permissions', {
    summary: 'Everything that can be called or watched: who may by default, and to whom it is granted beyond',
    access: { roles: ['admin', 'regulator'] },
    limit: 'staff',
    input: z.strictObject({}),
    output: z.object({ items: z.array(guarded) }),
  }),
  granted: procedure('identity.granted', {
    summary: 'What is granted to the caller beyond their role: procedures, and topics by their pattern',
    access: 'signedIn',
    input: z.strictObject({}),
    output: z.object({ items: z.array(z.string()) }),
  }),
  grantPermission: procedure('identity.grantPermission', {
    summary:
      'Grants one staff procedure or topic to support, or to one account; known on every node in a second',
    ...staff,
    grantable: false,
    input: grant,
    output: guarded,
  }),
  revokePermission: procedure('identity.revokePermission', {
    summary: 'Takes a granted procedure or topic back; watches that are allowed no longer end',
    ...staff,
    grantable: false,
    input: grant,
    output: guarded,
  }),
  searchAccounts: procedure('identity.searchAccounts', {
    summary: 'Accounts by the beginning of their e-mail address, an exact identifier, role, level or date',
    ...staff,
    input: z.strictObject({
      /** How the e-mail address begins. */
      text: z.string().trim().toLowerCase().min(1).max(254).optional(),
      identifier: identifier.optional(),
      role: z.enum(ROLES).optional(),
      /** That have proved an identifier of this kind. */
      verified: z.enum(IDENTIFIER_TYPES).optional(),
      suspended: z.boolean().optional(),
      /** Both included: of an instant its millisecond, of a date its whole day in Nairobi. */
      createdFrom: fields.givenInstant.optional(),
      createdTo: fields.givenInstant.optional(),
      cursor: fields.cursor.optional(),
    }),
    output: fields.page(found),
  }),
  getAccount: procedure('identity.getAccount', {
    summary: 'One account; that it was read is part of its activity',
    access: { roles: ['admin', 'regulator'] },
    limit: 'staff',
    input: z.strictObject({ accountId: fields.id }),
    output: detail,
  }),
  suspendAccount: procedure('identity.suspendAccount', {
    summary: 'Ends every session of an account and lets nobody sign in to it; again changes nothing',
    ...staff,
    input: z.strictObject({ accountId: fields.id, reason: fields.shortText }),
    output: found,
  }),
  reinstateAccount: procedure('identity.reinstateAccount', {
    summary: 'Lets a suspended account sign in again',
    ...staff,
    input: z.strictObject({ accountId: fields.id }),
    output: found,
  }),
  setRole: procedure('identity.setRole', {
    summary:
      'Gives an account another role, never one’s own; ends its sessions and what was granted to it beyond the old one',
    ...staff,
    grantable: false,
    input: z.strictObject({
      accountId: fields.id,
      role: z.enum(ROLES),
      /** Whose staff it is; only with the role operator. An account serves one operator in its life. */
      operatorId: fields.id.optional(),
    }),
    output: found,
  }),
  resetFactors: procedure('identity.resetFactors', {
    summary:
      'Removes every second factor of somebody who has lost theirs, ends their sessions and tells them everywhere',
    ...staff,
    grantable: false,
    input: z.strictObject({ accountId: fields.id, reason: fields.shortText }),
    output: z.object({ removed: fields.seq, sessionsEnded: fields.seq }),
  }),
};
