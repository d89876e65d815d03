import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure } from '../contract/procedure.ts';

/** How somebody signed in. */
export const SIGN_IN_METHODS = ['password', 'secondFactor', 'provider'] as const;
export type SignInMethod = (typeof SIGN_IN_METHODS)[number];

const deviceRef = z.object({
  id: fields.id,
  /** As its owner called it; null: it named no device and is known by its network only. */
  name: z.string().nullable(),
});
/** The address cut off to /24 (IPv4) or /48 (IPv6). */
const network = z.string().nullable();

const openSession = z.object({
  id: fields.id,
  device: deviceRef.nullable(),
  network,
  method: z.enum(SIGN_IN_METHODS),
  createdAt: fields.instant,
  /** Signed in or refreshed last. */
  lastUsedAt: fields.instant,
  expiresAt: fields.instant,
  /** The one this call came on. */
  current: z.boolean(),
});

const device = deviceRef.extend({
  firstSeenAt: fields.instant,
  lastSeenAt: fields.instant,
  /** Until then it needs no second factor. */
  trustedUntil: fields.instant.nullable(),
  current: z.boolean(),
});

const signIn = z.object({
  at: fields.instant,
  outcome: z.enum(['succeeded', 'failed', 'suspended']),
  method: z.enum(SIGN_IN_METHODS),
  device: deviceRef.nullable(),
  network,
});

const activity = z.object({
  at: fields.instant,
  /** `noun.verb`, e.g. `exclusion.registered`. */
  action: z.string(),
  subject: z.string(),
  /** The account itself, somebody of staff, or the hub. */
  by: z.enum(['account', 'staff', 'system']),
  /** Which of the staff. */
  staffId: fields.id.optional(),
});

/** Of oneself; with `accountId`, for whoever may call identity.getAccount, of that account. */
const ofAccount = z.strictObject({ accountId: fields.id.optional(), cursor: fields.cursor.optional() });

export const sessionProcedures = {
  listSessions: procedure('identity.listSessions', {
    summary: 'Where this account is signed in, the newest first',
    access: 'signedIn',
    input: fields.listInput,
    output: fields.page(openSession),
  }),
  revokeSession: procedure('identity.revokeSession', {
    summary:
      'Ends one of this account’s sessions on every node and closes its sockets; again changes nothing',
    access: 'signedIn',
    input: z.strictObject({ sessionId: fields.id }),
    output: z.object({ sessionId: fields.id, revokedAt: fields.instant }),
  }),
  revokeOtherSessions: procedure('identity.revokeOtherSessions', {
    summary:
      'Ends every session of this account but this one, and removes its push devices, whoever registered them: an app registers itself again when it starts',
    access: 'signedIn',
    input: z.strictObject({}),
    output: z.object({ revoked: fields.seq }),
  }),
  revokeSessionsOf: procedure('identity.revokeSessionsOf', {
    summary: 'Ends every session of an account and removes its push devices',
    access: { roles: ['admin'] },
    input: z.strictObject({ accountId: fields.id }),
    output: z.object({ revoked: fields.seq }),
    limit: 'staff',
  }),
  listDevices: procedure('identity.listDevices', {
    summary: 'The devices this account has signed in from, the newest first',
    access: 'signedIn',
    input: fields.listInput,
    output: fields.page(device),
  }),
  trustDevice: procedure('identity.trustDevice', {
    summary: 'For 30 days the device of this session needs no second factor',
    access: 'signedIn',
    input: z.strictObject({ deviceId: fields.id }),
    output: device,
  }),
  forgetDevice: procedure('identity.forgetDevice', {
    summary: 'Ends the sessions of a device and its trust; its next sign-in is that of a new one',
    access: 'signedIn',
    input: z.strictObject({ deviceId: fields.id }),
    output: z.object({ revoked: fields.seq }),
  }),
  loginHistory: procedure('identity.loginHistory', {
    summary: 'Sign-ins and attempts to sign in, the newest first',
    access: 'signedIn',
    input: ofAccount,
    output: fields.page(signIn),
  }),
  activity: procedure('identity.activity', {
    summary: 'What an account did, and who else did something to it or read its data, the newest first',
    access: 'signedIn',
    input: ofAccount,
    output: fields.page(activity),
  }),
};
