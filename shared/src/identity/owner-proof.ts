import { z } from 'zod';
import * as fields from '../contract/fields.ts';

export const codeAnswer = {
  challengeId: fields.id,
  code: z
    .string()
    .trim()
    .regex(/^\d{6}$/, '6 digits'),
};
/** A code of a factor (6 digits) or a recovery code, for a challenge. */
export const factorProof = {
  challengeId: fields.id,
  /** The id of a factor, or `recovery`. */
  factor: fields.id,
  code: z.string().trim().min(6).max(20),
};
/**
 * That it is the owner who adds a factor, or changes by what the account is reached, or a stolen session could
 * take the account over.
 */
export const proofOfOwner = {
  /** By a factor in force; a further factor is added by nothing else. */
  proof: z.strictObject(factorProof).optional(),
  /** Of an account that has one. */
  password: z.string().min(1).max(200).optional(),
  /** Of another: a code of `requestCode` with the purpose `contact`, to a contact proved before this session. */
  contactProof: z.strictObject(codeAnswer).optional(),
};
export const FACTOR_PROOF_REQUIRED = {
  message:
    'This needs a proof by the owner: by a second factor in force (see challengeFactor), or the password, or for an account without one a code to a contact of it',
  retry: false,
} as const;
