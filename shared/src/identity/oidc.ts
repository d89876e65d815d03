import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure } from '../contract/procedure.ts';
import { givenDevice, session } from './account.ts';
import { SECOND_FACTOR_REQUIRED } from './second-factors.ts';

/** From the address of the page: `#oidc=<code>`. */
const code = z.string().min(1).max(100);
/** Made at random by the page that began the sign-in and kept there: the code of somebody else's opens nothing. */
const verifier = z.string().regex(/^[\w-]{43}$/, '32 random bytes as base64url');
const arrival = { code, verifier };

/**
 * Signing in with an account elsewhere: `GET /api/auth/oidc/start?challenge=<SHA-256 of the verifier, base64url>`
 * leads to the provider, and its answer back to the page, with `#oidc=<code>` or `#oidcError=<why>` in its address.
 */
export const oidcProcedures = {
  signInWays: procedure('identity.signInWays', {
    summary: 'Whether the sign-in of a provider is offered beside a password',
    access: 'public',
    input: z.strictObject({}),
    output: z.object({ provider: z.boolean() }),
  }),
  exchangeOidcCode: procedure('identity.exchangeOidcCode', {
    summary: 'A session for the one-time code (60 s) that the provider’s answer left in the page’s address',
    access: 'public',
    input: z.strictObject({ ...arrival, device: givenDevice.optional() }),
    output: session,
    errors: {
      SECOND_FACTOR_REQUIRED,
      LINK_REQUIRED: {
        message:
          'There is an account with this e-mail address: sign in to it within ten minutes, then linkOidc',
        retry: false,
      },
    },
  }),
  linkOidc: procedure('identity.linkOidc', {
    summary:
      'Joins the provider’s account to this one; after LINK_REQUIRED, from a session opened since by password',
    access: 'signedIn',
    input: z.strictObject(arrival),
    output: z.object({ issuer: z.string(), linkedAt: fields.instant }),
  }),
  unlinkOidc: procedure('identity.unlinkOidc', {
    summary: 'The provider’s account no longer opens this one; only for accounts with a password',
    access: 'signedIn',
    input: z.strictObject({}),
    output: z.object({ unlinked: fields.seq }),
  }),
};
