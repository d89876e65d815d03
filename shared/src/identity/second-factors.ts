import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure } from '../contract/procedure.ts';
import { givenDevice, session } from './account.ts';
import { CODE_REFUSED, challenge, codeAnswer, WRONG_PASSWORD } from './registration.ts';

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
/** A code of a factor (6 digits) or a recovery code, for a challenge. */
const proof = {
  challengeId: fields.id,
  /** The id of a factor, or `recovery`. */
  factor: fields.id,
  code: z.string().trim().min(6).max(20),
};
/** What the first factor needs: by `contact`, an account without a password. */
export const FIRST_FACTOR_PROOFS = ['password', 'contact'] as const;
/** That it is the owner who adds a factor, or a stolen session could add its own and lock them out. */
const proofOfOwner = {
  /** By a factor in force; needed as soon as there is one. */
  proof: z.strictObject(proof).optional(),
  /** For the first factor of an account with a password. */
  password: z.string().min(1).max(200).optional(),
  /** For the first one of another: a code of `requestCode` with the purpose `contact`, to a contact proved before this session. */
  contactProof: z.strictObject(codeAnswer).optional(),
};
export const FACTOR_PROOF_REQUIRED = {
  message:
    'A second factor needs a proof: by one in force (see challengeFactor), or for the first the password',
  retry: false,
} as const;
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
    input: z.strictObject({ factorId: fields.id, ...proof }),
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
    input: z.strictObject({ ...proof, device: givenDevice.optional() }),
    output: session,
    errors: { CODE_REFUSED },
  }),
};
