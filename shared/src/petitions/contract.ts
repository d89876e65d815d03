import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure } from '../contract/procedure.ts';
import { PERIODS } from '../exclusions/exclusion.ts';
import { identifiers } from '../exclusions/identifier.ts';
import { person } from '../exclusions/person.ts';

export const PETITION_SOURCES = ['family', 'operator', 'court', 'regulator'] as const;
export type PetitionSource = (typeof PETITION_SOURCES)[number];

/** Why somebody else asks for a person's exclusion; what family may say is in the draft of 18 March 2026. */
export const GROUNDS = {
  family: ['seriousFinancialHardship', 'riskToDependants', 'cannotMakeInformedDecisions'],
  operator: ['signsOfHarm', 'statedDistress', 'unaffordableLosses'],
  court: ['courtOrder'],
  regulator: ['protectionOfMinor', 'protectionOfVulnerablePerson', 'integrityOfGambling'],
} as const satisfies Readonly<Record<PetitionSource, readonly string[]>>;
const ground = z.enum([...GROUNDS.family, ...GROUNDS.operator, ...GROUNDS.court, ...GROUNDS.regulator]);
export type Ground = z.output<typeof ground>;

export const PETITION_STATES = [
  'filed',
  'noticeServed',
  'heard',
  'hearingWaived',
  'decided',
  'appealed',
  'appealDecided',
  'withdrawn',
] as const;
export type PetitionState = (typeof PETITION_STATES)[number];

/** How staff served notice themselves, where the hub can tell the person in no way. */
export const SERVED_OUTSIDE = ['hand', 'post', 'court'] as const;
/** How the person was told: the inbox of an account of theirs, a message, or outside the hub. */
export const NOTICE_WAYS = ['account', 'email', 'sms', ...SERVED_OUTSIDE] as const;
export type NoticeWay = (typeof NOTICE_WAYS)[number];

/** What the caller, or the caller's operator, is to a petition. */
export const RELATIONS = ['mine', 'aboutMe'] as const;

/** The document stays with the petitioner; its digest says later whether it is the one that was shown. */
const evidence = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 digest: 64 hexadecimal digits in lower case'),
  mediaType: z.string().min(3).max(100),
  sizeBytes: z.number().int().positive().max(1_000_000_000),
  description: fields.shortText,
});
export type Evidence = z.output<typeof evidence>;

const petition = z.object({
  id: fields.id,
  source: z.enum(PETITION_SOURCES),
  ground: z.string(),
  period: z.enum(PERIODS),
  state: z.enum(PETITION_STATES),
  decision: z.enum(['upheld', 'dismissed']).nullable(),
  appealDecision: z.enum(['confirmed', 'reversed']).nullable(),
  /** Whether the person is excluded already while the petition is open. */
  provisional: z.enum(['none', 'requested', 'inForce', 'ended']),
  filedAt: fields.instant,
  noticeServedAt: fields.instant.nullable(),
  /** Until then the person may be heard before anything is decided. */
  hearingEndsAt: fields.instant.nullable(),
  decidedAt: fields.instant.nullable(),
  appealEndsAt: fields.instant.nullable(),
});
export type Petition = z.output<typeof petition>;

/** `relation`: null where staff see what others filed. */
const listedPetition = petition.extend({ relation: z.enum(RELATIONS).nullable() });
export type ListedPetition = z.output<typeof listedPetition>;

const petitionStep = z.object({
  no: fields.seq,
  kind: z.string(),
  at: fields.instant,
  /** What was said, for those who may read it. */
  text: z.string().nullable(),
  /** Over the step and the hash before it. */
  hash: z.string(),
});

const petitionDetail = petition.extend({
  steps: z.array(petitionStep),
  evidence: z.array(evidence),
  /**
   * Every way in which notice was served; null before it was (`noticeServedAt`). Whoever filed it is told the ways
   * outside the hub only, and null where there were none: how the hub reaches the person is not theirs to know.
   */
  servedBy: z.array(z.enum(NOTICE_WAYS)).nullable(),
  /** For staff. */
  people: z
    .object({
      identifiers: z.array(z.object({ type: z.string(), value: z.string() })),
      name: z.string().nullable(),
      dateOfBirth: z.string().nullable(),
      customerId: z.string().nullable(),
    })
    .nullable(),
  /** The exclusion it led to; for staff and for the person. */
  exclusionId: fields.id.nullable(),
});
export type PetitionDetail = z.output<typeof petitionDetail>;

const EVERYBODY = { roles: ['admin', 'regulator', 'operator', 'bettor', 'citizen'] } as const;
const STAFF = { roles: ['admin', 'regulator'] } as const;

export const petitions = {
  file: procedure('petitions.file', {
    summary:
      'Asks for somebody else’s exclusion: family, an operator for its customer, staff for a court or the regulator; once, until it is decided',
    access: EVERYBODY,
    input: z.strictObject({
      source: z.enum(PETITION_SOURCES),
      ground,
      period: z.enum(PERIODS),
      identifiers,
      person: person.optional(),
      statement: fields.longText,
      evidence: z.array(evidence).max(20).default([]),
      /** Why it cannot wait for the decision: at once, except for family, where staff grant it. */
      provisional: z.strictObject({ grounds: fields.longText }).optional(),
      /** An operator names its customer. */
      customerId: fields.shortText.optional(),
    }),
    output: petition,
    idempotency: 'accepted',
    limit: 'staff',
  }),
  list: procedure('petitions.list', {
    summary:
      'Petitions, the newest first: staff see all, everybody else those they filed or that are about them',
    access: EVERYBODY,
    input: fields.listInput.extend({
      state: z.enum(PETITION_STATES).optional(),
      relation: z.enum(RELATIONS).optional(),
    }),
    output: fields.page(listedPetition),
    limit: 'staff',
  }),
  get: procedure('petitions.get', {
    summary: 'One petition with its steps; the reading is audited',
    access: EVERYBODY,
    input: z.strictObject({ id: fields.id }),
    output: petitionDetail,
    limit: 'staff',
  }),
  grantProvisional: procedure('petitions.grantProvisional', {
    summary: 'Excludes the person until the decision, as the family asked for',
    access: STAFF,
    input: z.strictObject({ id: fields.id, reason: fields.longText }),
    output: petition,
    idempotency: 'accepted',
    limit: 'staff',
  }),
  serveNotice: procedure('petitions.serveNotice', {
    summary:
      'Tells the person; the hearing window begins, as long as the policy had it when the petition was filed',
    access: STAFF,
    input: z.strictObject({
      id: fields.id,
      /** Done outside the hub; CONFLICT names it where the person has neither an account nor a known contact. */
      servedBy: z.enum(SERVED_OUTSIDE).optional(),
    }),
    output: petition,
    idempotency: 'accepted',
    limit: 'staff',
  }),
  respond: procedure('petitions.respond', {
    summary: 'The person is heard, or waives it: by their own account, or recorded by staff',
    access: { roles: ['admin', 'regulator', 'bettor', 'citizen'] },
    input: z.strictObject({
      id: fields.id,
      hearing: z.enum(['heard', 'waived']),
      statement: fields.longText,
    }),
    output: petition,
    idempotency: 'accepted',
    limit: 'staff',
  }),
  decide: procedure('petitions.decide', {
    summary: 'Upholds or dismisses; excludes or lifts in the same transaction. Never by who filed it',
    access: STAFF,
    input: z.strictObject({
      id: fields.id,
      decision: z.enum(['upheld', 'dismissed']),
      reason: fields.longText,
      /** Absent: as petitioned. Never longer: nobody was heard on more. */
      period: z.enum(PERIODS).optional(),
    }),
    output: petition,
    idempotency: 'accepted',
    limit: 'staff',
  }),
  appeal: procedure('petitions.appeal', {
    summary: 'Until appealEndsAt, by whom the decision went against; what was decided holds meanwhile',
    access: EVERYBODY,
    input: z.strictObject({ id: fields.id, statement: fields.longText }),
    output: petition,
    idempotency: 'accepted',
    limit: 'staff',
  }),
  decideAppeal: procedure('petitions.decideAppeal', {
    summary: 'Confirms the decision, or reverses it with all its effect; never by who decided first',
    access: STAFF,
    input: z.strictObject({
      id: fields.id,
      decision: z.enum(['confirmed', 'reversed']),
      reason: fields.longText,
    }),
    output: petition,
    idempotency: 'accepted',
    limit: 'staff',
  }),
  withdraw: procedure('petitions.withdraw', {
    summary: 'The petitioner takes it back before the decision; a provisional exclusion ends with it',
    access: EVERYBODY,
    input: z.strictObject({ id: fields.id, reason: fields.longText.optional() }),
    output: petition,
    idempotency: 'accepted',
    limit: 'staff',
  }),
};
