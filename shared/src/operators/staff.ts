import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure } from '../contract/procedure.ts';
import { LOCALES } from '../identity/registration.ts';
import { email, ofOperator } from './operator.ts';

/** Staff of one operator, invitations included. */
export const STAFF_MAX = 100;

const member = z.object({
  /** Of the account, or of the invitation. */
  id: fields.id,
  /** Null: a member who signs in by phone alone by now. */
  email: z.string().nullable(),
  state: z.enum(['member', 'invited']),
  /** The account was made then, or the invitation sent. */
  since: fields.instant,
  /** Until when the invitation is good; null: a member. */
  expiresAt: fields.instant.nullable(),
});
export type StaffMember = z.output<typeof member>;
const invited = member.extend({ email: z.string() });
export type InvitedStaff = z.output<typeof invited>;

const own = { access: { roles: ['admin', 'operator'] }, limit: 'staff', grantable: false } as const;

export const operatorStaff = {
  staff: procedure('operators.staff', {
    summary: 'Who works for an operator, and who is invited to; its staff see their own',
    access: { roles: ['admin', 'regulator', 'operator'] },
    limit: 'staff',
    input: z.strictObject(ofOperator),
    output: z.object({ items: z.array(member) }),
  }),
  inviteStaff: procedure('operators.inviteStaff', {
    summary:
      'Invites a colleague by e-mail (acceptInvitation); the same answer whether or not the address has an account. Again: a new code',
    ...own,
    input: z.strictObject({ ...ofOperator, email, locale: z.enum(LOCALES).default('en') }),
    output: invited,
  }),
  removeStaff: procedure('operators.removeStaff', {
    summary:
      'Ends a colleague’s work for the operator and every session of theirs at once, or takes an invitation back; never oneself',
    ...own,
    input: z.strictObject({ ...ofOperator, id: fields.id }),
    output: z.object({ sessionsEnded: fields.seq }),
  }),
};
