import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure, ROLES } from '../contract/procedure.ts';
import { identifiers } from '../exclusions/identifier.ts';
import { account, email, givenDevice, madeAccount, password, session } from './account.ts';
import { oidcProcedures } from './oidc.ts';
import { byOneOfThem, registration, signInBy } from './registration.ts';
import { SECOND_FACTOR_REQUIRED, secondFactors } from './second-factors.ts';
import { sessionProcedures } from './sessions.ts';
import { staffProcedures } from './staff.ts';

export { type Account, account, type MadeAccount } from './account.ts';

export const identity = {
  login: procedure('identity.login', {
    summary: 'Sign in with an e-mail address or a phone number, and a password',
    access: 'public',
    input: byOneOfThem(
      z.strictObject({
        ...signInBy,
        password: z.string().min(1).max(200),
        device: givenDevice.optional(),
      }),
    ),
    output: session,
    errors: { SECOND_FACTOR_REQUIRED },
  }),
  refresh: procedure('identity.refresh', {
    summary: 'A new access token and a new refresh token; reuse of an old one revokes the family',
    access: 'public',
    input: z.strictObject({ refreshToken: z.string().min(1).max(500) }),
    output: session,
  }),
  renew: procedure('identity.renew', {
    summary: 'Re-arms a live socket with a fresh access token of the same account',
    access: 'signedIn',
    input: z.strictObject({ accessToken: z.string().min(1).max(4000) }),
    output: z.object({ expiresAt: fields.instant }),
  }),
  logout: procedure('identity.logout', {
    summary: 'Ends this session on every node and closes its sockets',
    access: 'signedIn',
    input: z.strictObject({}),
    output: z.object({}),
  }),
  me: procedure('identity.me', {
    summary: 'The signed-in account',
    access: 'signedIn',
    input: z.strictObject({}),
    output: account,
  }),
  createAccount: procedure('identity.createAccount', {
    summary:
      'Create an account; its e-mail address is also one of its identifiers. Without a password an invitation goes there',
    access: { roles: ['admin'] },
    input: z.strictObject({
      email,
      /** Left out: whoever it is for chooses it, with the code that is sent to them (acceptInvitation). */
      password: password.optional(),
      role: z.enum(ROLES),
      identifiers: identifiers.optional(),
      /** Required for the role operator's staff to hear their operator's broadcasts. */
      operatorId: fields.id.optional(),
    }),
    output: madeAccount,
    idempotency: 'accepted',
    limit: 'staff',
    grantable: false,
  }),
  ...registration,
  ...secondFactors,
  ...oidcProcedures,
  ...sessionProcedures,
  ...staffProcedures,
};
