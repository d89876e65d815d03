import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure } from '../contract/procedure.ts';
import { IDENTIFIER_TYPES } from '../exclusions/identifier.ts';
import { email, password } from './account.ts';
import { codeAnswer, FACTOR_PROOF_REQUIRED, proofOfOwner } from './owner-proof.ts';

export const LOCALES = ['en', 'sw'] as const;
/** What a code can be sent to. */
export const CONTACT_TYPES = ['phone', 'email'] as const;
/** What a signed-in person can ask a code for; each is finished by the procedure of that name. */
export const CODE_PURPOSES = [
  /** `identity.verifyContact`: a phone or e-mail address that is on the account already. */
  'contact',
  /** `identity.addIdentifier`: one that is not. */
  'identifier',
  /** `identity.addFactor`: one that shall be asked for at each sign-in. */
  'factor',
] as const;

/** As whom somebody registers: for themselves, or to apply for an operator. */
export const REGISTER_AS = ['person', 'operator'] as const;

const phone = z.string().trim().min(1).max(40);
const locale = z.enum(LOCALES);
const dateOfBirth = z.iso.date();
const contactFields = { type: z.enum(CONTACT_TYPES), value: z.string().trim().min(1).max(320) };
const contact = z.strictObject(contactFields);

/** By which somebody signs in: one of the two. */
export const signInBy = { email: email.optional(), phone: phone.optional() };

/** Says so beside whatever else is wrong with the input. */
export function byOneOfThem<TSchema extends z.ZodType>(schema: TSchema): TSchema {
  const isOneOfThem = (given: unknown) => {
    if (typeof given !== 'object' || given === null) return true;
    return (Reflect.get(given, 'email') === undefined) !== (Reflect.get(given, 'phone') === undefined);
  };
  const message = 'either an e-mail address or a phone number';
  return schema.refine(isOneOfThem, { path: ['email'], message, when: () => true });
}

/** A code is on its way, or would be if there were somebody to get it: whether there is, nobody learns. */
export const challenge = z.object({ challengeId: fields.id, expiresAt: fields.instant });
export const CODE_REFUSED = {
  message: 'The code is wrong, too old, used up or replaced by a newer one',
  retry: false,
} as const;

const ownIdentifier = z.object({
  type: z.enum(IDENTIFIER_TYPES),
  value: z.string(),
  /** For showing where others may look on. */
  masked: z.string(),
  verifiedAt: fields.instant.nullable(),
  /** Whether this is what one signs in with. */
  signsIn: z.boolean(),
});
const profile = z.object({
  accountId: fields.id,
  name: z.string().nullable(),
  dateOfBirth: z.string().nullable(),
  locale,
  /** When each level was reached; null: not yet. */
  verifiedAt: z.object({
    phone: fields.instant.nullable(),
    email: fields.instant.nullable(),
    nationalId: fields.instant.nullable(),
  }),
});
export const IDENTIFIER_BOUND = {
  message: 'While an exclusion is not over, nothing the person is known by can be removed',
  retry: false,
} as const;
export const IDENTITY_NOT_CONFIRMED = {
  message: 'The national registry does not confirm this number, name and date of birth',
  retry: false,
} as const;
export const WRONG_PASSWORD = { message: 'The current password is wrong', retry: false } as const;

export const registration = {
  register: procedure('identity.register', {
    summary: 'Asks for an account of one’s own; it is made once verifyContact has the code that was sent',
    access: 'public',
    input: byOneOfThem(
      z.strictObject({
        ...signInBy,
        password,
        name: fields.shortText.optional(),
        dateOfBirth: dateOfBirth.optional(),
        locale: locale.default('en'),
        /** `operator`: by an e-mail address; the account may apply for an operator and belongs to none yet. */
        as: z.enum(REGISTER_AS).optional(),
      }),
    ).refine(({ as, phone }) => as !== 'operator' || phone === undefined, {
      path: ['phone'],
      message: 'whoever works for an operator signs in by an e-mail address',
    }),
    output: challenge,
  }),
  requestCode: procedure('identity.requestCode', {
    summary: 'Sends a one-time code to a phone or e-mail address of the caller',
    access: 'signedIn',
    input: z.strictObject({ purpose: z.enum(CODE_PURPOSES), contact }),
    output: challenge,
  }),
  verifyContact: procedure('identity.verifyContact', {
    summary:
      'Proves a phone or e-mail address by the code sent to it; after register, this makes the account',
    access: 'public',
    input: z.strictObject({
      ...codeAnswer,
      /** Of the new account, instead of the one given to register, whose name and date of birth are left out then. */
      newPassword: password.optional(),
    }),
    output: z.object({ accountId: fields.id, type: z.enum(CONTACT_TYPES), verifiedAt: fields.instant }),
    errors: { CODE_REFUSED },
  }),
  acceptInvitation: procedure('identity.acceptInvitation', {
    summary:
      'Whoever was invited chooses a password by the code sent to them; makes the account unless there is one',
    access: 'public',
    input: z.strictObject({ ...codeAnswer, newPassword: password }),
    output: z.object({ accountId: fields.id, email: z.string() }),
    errors: { CODE_REFUSED },
  }),
  identifiers: procedure('identity.identifiers', {
    summary: 'What the caller is known by',
    access: 'signedIn',
    input: z.strictObject({}),
    output: z.object({ items: z.array(ownIdentifier) }),
  }),
  addIdentifier: procedure('identity.addIdentifier', {
    summary:
      'Adds a phone or e-mail address by the code sent to it and a proof by the owner; one the account has already needs only the code',
    access: 'signedIn',
    input: z.strictObject({ ...codeAnswer, ...proofOfOwner }),
    output: ownIdentifier,
    errors: { CODE_REFUSED, FACTOR_PROOF_REQUIRED, WRONG_PASSWORD },
  }),
  removeIdentifier: procedure('identity.removeIdentifier', {
    summary:
      'Removes a phone or e-mail address by a proof of the owner; never the last to sign in with, and none while excluded',
    access: 'signedIn',
    input: z.strictObject({ ...contactFields, ...proofOfOwner }),
    output: z.object({}),
    errors: { CODE_REFUSED, FACTOR_PROOF_REQUIRED, IDENTIFIER_BOUND, WRONG_PASSWORD },
  }),
  verifyNationalId: procedure('identity.verifyNationalId', {
    summary: 'Proves a national ID by what the national registry says of its number, name and date of birth',
    access: 'signedIn',
    input: z.strictObject({ nationalId: z.string().trim().max(40), name: fields.shortText, dateOfBirth }),
    output: z.object({ verifiedAt: fields.instant }),
    errors: { IDENTITY_NOT_CONFIRMED },
  }),
  profile: procedure('identity.profile', {
    summary: 'The caller’s profile and the levels of verification reached',
    access: 'signedIn',
    input: z.strictObject({}),
    output: profile,
  }),
  updateProfile: procedure('identity.updateProfile', {
    summary: 'Changes what is given; a name and a date of birth that were proved stay',
    access: 'signedIn',
    input: z.strictObject({
      name: fields.shortText.optional(),
      dateOfBirth: dateOfBirth.optional(),
      locale: locale.optional(),
    }),
    output: profile,
  }),
  requestPasswordReset: procedure('identity.requestPasswordReset', {
    summary:
      'Sends a code for resetPassword to whoever signs in with this, to their e-mail address if they have one; the same answer for everybody',
    access: 'public',
    input: byOneOfThem(z.strictObject(signInBy)),
    output: challenge,
  }),
  resetPassword: procedure('identity.resetPassword', {
    summary:
      'A new password by the code; ends every session of the account, removes its push devices, whoever registered them, and tells its owner',
    access: 'public',
    input: z.strictObject({ ...codeAnswer, newPassword: password }),
    output: z.object({}),
    errors: { CODE_REFUSED },
  }),
  changePassword: procedure('identity.changePassword', {
    summary:
      'A new password by the old one; ends every other session of the account and tells its owner, on its push devices too, which stay',
    access: 'signedIn',
    input: z.strictObject({ currentPassword: z.string().min(1).max(200), newPassword: password }),
    output: z.object({}),
    errors: { WRONG_PASSWORD },
  }),
};
