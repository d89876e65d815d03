import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { PERSONAL_ROLES, procedure } from '../contract/procedure.ts';
import { exclusion, PERIODS } from './exclusion.ts';

/** What a person may do about an exclusion of theirs. */
export const LIFE_CYCLE_ACTIONS = [
  'extend',
  'setRenewal',
  'requestReturn',
  'confirmReturn',
  'cancelReturn',
] as const;
export type LifeCycleAction = (typeof LIFE_CYCLE_ACTIONS)[number];

/** When a support person is told. */
export const SUPPORT_NEWS = ['registered', 'extended', 'ending', 'returnRequested', 'lifted'] as const;
export type SupportNews = (typeof SUPPORT_NEWS)[number];

/** What the accounts of the person are told of. */
export const EXCLUSION_NEWS = [
  'extended',
  'renewalOn',
  'renewalOff',
  'returnRequested',
  'returnCancelled',
  'lifted',
] as const;
export type ExclusionNews = (typeof EXCLUSION_NEWS)[number];

/** `endsAt` is the end that is promised now; of a renewing one that of the cycle running now. */
const exclusionCycle = exclusion.extend({
  /** null: in force until a return is granted, or for as long as it renews. */
  inForceUntil: fields.instant.nullable(),
  renews: z.boolean(),
  /** After its end it stays in force until the person asks to return. */
  staysUntilReturn: z.boolean(),
  /** From when on a return may be asked for; null: it ends by itself, renews, or is over. */
  returnPossibleFrom: fields.instant.nullable(),
  returnRequestedAt: fields.instant.nullable(),
  /** From when on the return may be confirmed, and until when. */
  returnAvailableAt: fields.instant.nullable(),
  returnLapsesAt: fields.instant.nullable(),
  liftedAt: fields.instant.nullable(),
});
export type ExclusionCycle = z.output<typeof exclusionCycle>;

const ownExclusion = exclusionCycle.extend({
  /** What the caller may do now. */
  allowed: z.array(z.enum(LIFE_CYCLE_ACTIONS)),
  /** When what is not allowed yet will be. */
  possibleFrom: z.object({
    requestReturn: fields.instant.optional(),
    confirmReturn: fields.instant.optional(),
  }),
});
export type OwnExclusion = z.output<typeof ownExclusion>;

const helpline = z.object({ name: z.string(), phone: z.string(), languages: z.array(z.string()) });

const tellOn = z
  .array(z.enum(SUPPORT_NEWS))
  .min(1)
  .max(SUPPORT_NEWS.length)
  .refine((news) => new Set(news).size === news.length, 'each at most once');

const supportPerson = z.object({
  name: z.string(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
  tellOn: z.array(z.enum(SUPPORT_NEWS)),
  locale: z.enum(['en', 'sw']),
});
export type SupportPerson = z.output<typeof supportPerson>;

const one = z.strictObject({ id: fields.id });
const own = { access: { roles: PERSONAL_ROLES } } as const;
const ownOrStaff = {
  access: { roles: [...PERSONAL_ROLES, 'admin', 'regulator'] },
  idempotency: 'accepted',
  limit: 'staff',
} as const;

export const lifeCycle = {
  mine: procedure('exclusions.mine', {
    summary:
      'Help first; then the caller’s own exclusions, the newest first, with what may be done about each',
    ...own,
    input: fields.listInput,
    output: z.object({ helplines: z.array(helpline), ...fields.page(ownExclusion).shape }),
  }),
  extend: procedure('exclusions.extend', {
    summary:
      'A longer promise, from now on or from the pending start. It must end later than what holds: shortening is impossible (L.N. 112 of 2026, r. 72(1))',
    ...ownOrStaff,
    input: z.strictObject({ id: fields.id, period: z.enum(PERIODS) }),
    output: exclusionCycle,
  }),
  setRenewal: procedure('exclusions.setRenewal', {
    summary:
      'Whether the exclusion begins anew at its end, period after period and without a gap. Switched off, it ends with the cycle running now',
    ...ownOrStaff,
    input: z.strictObject({ id: fields.id, renews: z.boolean() }),
    output: exclusionCycle,
  }),
  requestReturn: procedure('exclusions.requestReturn', {
    summary:
      'Ask to return once the minimum is over (r. 72(1); permanent: three years, r. 71(3)). It stays in force through the cooling-off, and until the return is confirmed; the request lapses after 30 days',
    ...own,
    limit: 'staff',
    idempotency: 'accepted',
    input: one,
    output: exclusionCycle,
  }),
  confirmReturn: procedure('exclusions.confirmReturn', {
    summary: 'After the cooling-off: say once more that the exclusion shall end. Only the person themselves',
    ...own,
    limit: 'staff',
    idempotency: 'accepted',
    input: one,
    output: exclusionCycle,
  }),
  cancelReturn: procedure('exclusions.cancelReturn', {
    summary: 'Stay protected after all: the request to return is taken back',
    ...own,
    limit: 'staff',
    idempotency: 'accepted',
    input: one,
    output: exclusionCycle,
  }),
  setSupportPerson: procedure('exclusions.setSupportPerson', {
    summary:
      'Somebody close who is told when something happens, without a word about betting; replaces the one before',
    ...own,
    limit: 'staff',
    idempotency: 'accepted',
    input: z.strictObject({
      name: fields.shortText,
      email: z.string().max(320).optional(),
      phone: z.string().max(40).optional(),
      locale: z.enum(['en', 'sw']).optional(),
      tellOn,
    }),
    output: supportPerson,
  }),
  getSupportPerson: procedure('exclusions.getSupportPerson', {
    summary: 'The caller’s support person, or none',
    ...own,
    input: z.strictObject({}),
    output: z.object({ supportPerson: supportPerson.nullable() }),
  }),
  removeSupportPerson: procedure('exclusions.removeSupportPerson', {
    summary: 'From now on nobody is told; what was kept of the support person is deleted',
    ...own,
    input: z.strictObject({}),
    output: z.object({ removed: z.boolean() }),
  }),
};
