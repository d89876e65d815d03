import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure } from '../contract/procedure.ts';
import { contactPhone, email, ofOperator, operator, website } from './operator.ts';

export const DOCUMENT_KINDS = [
  'licence',
  'incorporation',
  'taxCompliance',
  'ownership',
  'dataProtection',
  'other',
] as const;
export const APPLICATION_STATES = [
  'submitted',
  'inReview',
  'moreInformation',
  'approved',
  'rejected',
] as const;
export type ApplicationState = (typeof APPLICATION_STATES)[number];
/** What a reviewer may make of an application; which follows on which: see the domain's transitions. */
export const DECISIONS = ['inReview', 'moreInformation', 'approved', 'rejected'] as const;
export type Decision = (typeof DECISIONS)[number];

/** What a document is, and the digest by which anybody can tell that it is still the same one. */
const document = z.strictObject({
  kind: z.enum(DOCUMENT_KINDS),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 digest in lower-case hexadecimal'),
  mediaType: z
    .string()
    .max(100)
    .regex(/^[\w.+-]+\/[\w.+-]+$/, 'a media type'),
  sizeBytes: z
    .number()
    .int()
    .positive()
    .max(1024 ** 3),
});

const application = z.object({
  id: fields.id,
  applicantId: fields.id,
  state: z.enum(APPLICATION_STATES),
  name: z.string(),
  licenceNo: z.string(),
  contactEmail: z.string(),
  contactPhone: z.string().nullable(),
  website: z.string().nullable(),
  documents: z.array(document),
  submittedAt: fields.instant,
  updatedAt: fields.instant,
  /** The operator it became. */
  operatorId: fields.id.nullable(),
});
export type Application = z.output<typeof application>;

const applicationDetail = application.extend({
  reviews: z.array(
    z.object({ reviewerId: fields.id, decision: z.enum(DECISIONS), note: z.string(), at: fields.instant }),
  ),
});
export type ApplicationDetail = z.output<typeof applicationDetail>;

export const operatorDetail = operator.extend({
  contactPhone: z.string().nullable(),
  website: z.string().nullable(),
  suspendedAt: fields.instant.nullable(),
  suspensionReason: z.string().nullable(),
});
export type OperatorDetail = z.output<typeof operatorDetail>;

const supervisors = { access: { roles: ['admin', 'regulator'] }, limit: 'staff' } as const;

export const onboarding = {
  apply: procedure('operators.apply', {
    summary:
      'Apply to be an operator; with the id of an application that wants more information: its new version',
    access: { roles: ['operator', 'admin'] },
    limit: 'staff',
    input: z.strictObject({
      id: fields.id.optional(),
      name: fields.shortText,
      licenceNo: fields.shortText,
      contactEmail: email,
      contactPhone: contactPhone.optional(),
      website: website.optional(),
      documents: z.array(document).min(1).max(20),
    }),
    output: application,
    idempotency: 'accepted',
  }),
  listApplications: procedure('operators.listApplications', {
    summary: 'Applications, the newest first; an applicant sees their own',
    access: { roles: ['admin', 'regulator', 'operator'] },
    limit: 'staff',
    input: z.strictObject({
      state: z.enum(APPLICATION_STATES).optional(),
      cursor: fields.cursor.optional(),
    }),
    output: fields.page(application),
  }),
  getApplication: procedure('operators.getApplication', {
    summary: 'One application with its reviews',
    access: { roles: ['admin', 'regulator', 'operator'] },
    limit: 'staff',
    input: z.strictObject({ id: fields.id }),
    output: applicationDetail,
  }),
  review: procedure('operators.review', {
    summary: 'Decides on somebody else’s application; approval makes the operator and its first staff member',
    ...supervisors,
    input: z.strictObject({ id: fields.id, decision: z.enum(DECISIONS), note: fields.longText }),
    output: applicationDetail,
    idempotency: 'accepted',
  }),
  get: procedure('operators.get', {
    summary: 'One operator; its staff and keys see their own',
    access: { roles: ['admin', 'regulator', 'operator'], scopes: ['operator:self'] },
    input: z.strictObject(ofOperator),
    output: operatorDetail,
  }),
  update: procedure('operators.update', {
    summary: 'Changes what an operator is known and reached by',
    access: { roles: ['admin'] },
    limit: 'staff',
    input: z.strictObject({
      operatorId: fields.id,
      name: fields.shortText.optional(),
      contactEmail: email.optional(),
      contactPhone: contactPhone.nullable().optional(),
      website: website.nullable().optional(),
    }),
    output: operatorDetail,
    idempotency: 'accepted',
  }),
  suspend: procedure('operators.suspend', {
    summary:
      'No key of the operator works any more, on every node within a second. Repeating it changes nothing',
    ...supervisors,
    input: z.strictObject({ operatorId: fields.id, reason: fields.longText }),
    output: operatorDetail,
  }),
  reinstate: procedure('operators.reinstate', {
    summary: 'The keys of a suspended operator work again at once. Repeating it changes nothing',
    ...supervisors,
    input: z.strictObject({ operatorId: fields.id }),
    output: operatorDetail,
  }),
  setLicence: procedure('operators.setLicence', {
    summary:
      'Until when the licence is valid. An expired one raises an alert and switches nothing off: suspend does',
    ...supervisors,
    input: z.strictObject({
      operatorId: fields.id,
      licenceNo: fields.shortText.optional(),
      licenceExpiresAt: fields.givenInstant,
    }),
    output: operatorDetail,
    idempotency: 'accepted',
  }),
};
