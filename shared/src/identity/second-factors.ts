import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure } from '../contract/procedure.ts';
import { givenDevice, session } from './account.ts';
import { codeAnswer, FACTOR_PROOF_REQUIRED, factorProof, proofOfOwner } from './owner-proof.ts';
import { CODE_REFUSED, challenge, WRONG_PASSWORD } from './registration.ts';

export const FACTOR_KINDS = ['totp', 'sms', 'email'] as const;
/** In place of a factor's id: one of the codes that were shown once for the day when no factor is at hand. */
export const RECOVERY = 'recovery';

const factor = z.object({
  id: fields.id,
  kind: z.enum(FACTOR_KINDS),
  /** Where its codes go, masked; empty for TOTP. */
  hint: z.string(),
  createdAt: fields.instant,
});
/** What the first factor needs: by `contact`, an account without a password. */
export const FIRST_FACTOR_PROOFS = ['password', 'contact'] as const;
const addingErrors = { CODE_REFUSED, FACTOR_PROOF_REQUIRED, WRONG_PASSWORD };

/**
 * `login` tells of it under paths that spell one object: `challengeId`, and `factors[i].id`, `.kind` and `.hint`
 * for each factor.
 */
export const SECOND_FACTOR_REQUIRED = {
  message: 'The password is right; a second factor is needed: see completeLogin',
  retry: false,
} as const;

export const secondFactors = {
  startTotp: procedure('identity.startTotp', {
    summary: 'A new key for an authenticator app; in force once confirmTotp has a code of it',
    access: 'signedIn',
    input: z.strictObject({}),
    output: z.object({
      factorId: fields.id,
      /** `otpauth://totp/...` */
      url: z.string(),
      /** The same as a QR code: an SVG document. */
      qrSvg: z.string(),
    }),
  }),
  confirmTotp: procedure('identity.confirmTotp', {
    summary: 'Puts the authenticator app in force and gives ten recovery codes, shown this once',
    access: 'signedIn',
    input: z.strictObject({ code: codeAnswer.code, ...proofOfOwner }),
    output: z.object({ factor, recoveryCodes: z.array(z.string()) }),
    errors: addingErrors,
  }),
  addFactor: procedure('identity.addFactor', {
    summary: 'Makes a phone or e-mail address a second factor by the code sent to it',
    access: 'signedIn',
    input: z.strictObject({ ...codeAnswer, ...proofOfOwner }),
    output: factor,
    errors: addingErrors,
  }),
  listFactors: procedure('identity.listFactors', {
    summary: 'The caller’s second factors and how many recovery codes are left',
    access: 'signedIn',
    input: z.strictObject({}),
    output: z.object({
      items: z.array(factor),
      recoveryCodesLeft: z.number().int().nonnegative(),
      /** What adding the first one needs. */
      firstNeeds: z.enum(FIRST_FACTOR_PROOFS),
    }),
  }),
  challengeFactor: procedure('identity.challengeFactor', {
    summary:
      'Opens a challenge for adding or removing a factor and sends the code of an SMS or e-mail factor',
    access: 'signedIn',
    input: z.strictObject({ factor: fields.id }),
    output: challenge,
  }),
  removeFactor: procedure('identity.removeFactor', {
    summary: 'Removes a second factor; any of them proves that it is the owner who asks',
    access: 'signedIn',
    input: z.strictObject({ factorId: fields.id, ...factorProof }),
    output: z.object({}),
    errors: { CODE_REFUSED },
  }),
  sendLoginCode: procedure('identity.sendLoginCode', {
    summary: 'Sends the code of an SMS or e-mail factor to finish a sign-in with',
    access: 'public',
    input: z.strictObject({ challengeId: fields.id, factor: fields.id }),
    output: challenge,
    errors: { CODE_REFUSED },
  }),
  completeLogin: procedure('identity.completeLogin', {
    summary: 'Finishes a sign-in by a second factor',
    access: 'public',
    input: z.strictObject({ ...factorProof, device: givenDevice.optional() }),
    output: session,
    errors: { CODE_REFUSED },
  }),
};
