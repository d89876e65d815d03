import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure } from '../contract/procedure.ts';
import { answer, itemError, PURPOSES } from '../exclusions/contract.ts';
import { identifiers } from '../exclusions/identifier.ts';

/** What a token can be; one that was rotated works for another day. */
export const TOKEN_STATES = ['active', 'rotated', 'revoked', 'compromised'] as const;
export type TokenState = (typeof TOKEN_STATES)[number];

/** How a token came into wrong hands: a code, because words would name people. */
export const COMPROMISES = ['leaked', 'stolen', 'misused', 'other'] as const;
export type Compromise = (typeof COMPROMISES)[number];

/** `bst1_`, 128 random bits and a checksum in base32; the hub says by path whether it is whole. */
const token = z.string().max(100);
/** The operator's own name for its customer; sealed in the register. */
const customerId = z.string().trim().min(1).max(128);
const ref = z.string().min(1).max(100);

const issued = z.object({
  token: z.string(),
  /** Names the person at this operator, on every event about them; it outlives the token's rotations. */
  handle: fields.id,
  generation: z.number().int().positive(),
  issuedAt: fields.instant,
});
export type IssuedToken = z.output<typeof issued>;

const ended = z.object({ handle: fields.id, state: z.enum(TOKEN_STATES), endedAt: fields.instant });
export type EndedToken = z.output<typeof ended>;

const mapping = z.object({
  customerId: z.string(),
  handle: fields.id,
  /** The active one; null when it was revoked. */
  token: z.string().nullable(),
  mappedAt: fields.instant,
});
export type TokenMapping = z.output<typeof mapping>;

const failed = z.object({ ref: z.string(), error: itemError });
const uses = z.object({ day: z.iso.date(), validated: fields.seq, hits: fields.seq });

const history = z.object({
  handle: fields.id,
  operatorId: fields.id,
  generations: z.array(
    z.object({
      generation: z.number().int().positive(),
      state: z.enum(TOKEN_STATES),
      issuedAt: fields.instant,
      endedAt: fields.instant.nullable(),
      worksUntil: fields.instant.nullable(),
    }),
  ),
  customers: fields.seq,
  /** Of the last 90 days, the newest first; days without a use are left out. */
  uses: z.array(uses),
  /** The last 100 records, the newest first. */
  audit: z.array(
    z.object({
      at: fields.instant,
      action: z.string(),
      actor: z.string(),
      details: z.record(z.string(), z.unknown()),
    }),
  ),
});
export type TokenHistory = z.output<typeof history>;

const related = z.object({
  operatorId: fields.id,
  handle: fields.id,
  /** Of its last generation. */
  state: z.enum(TOKEN_STATES),
  issuedAt: fields.instant,
  customers: fields.seq,
  /** What says that it is the same person: a strong identifier, or only the same contacts. */
  sharing: z.enum(['identity', 'contacts']),
});

const statistics = z.object({
  operatorId: fields.id,
  active: fields.seq,
  rotated: fields.seq,
  revoked: fields.seq,
  compromised: fields.seq,
  customers: fields.seq,
  days: z.array(uses.extend({ issued: fields.seq })),
});
export type TokenStatistics = z.output<typeof statistics>;

const TOKEN_REVOKED = {
  message: 'The token is revoked, or was rotated out: issue anew',
  retry: false,
} as const;

const managing = { access: { scopes: ['tokens:manage'] } } as const;
/** What an operator's staff do too. Issuing and mapping take identity data, and stay with its systems. */
const tending = { access: { scopes: ['tokens:manage'], roles: ['operator'] } } as const;
/** An operator sees its own, staff of the register everybody's. */
const reporting = {
  access: { scopes: ['tokens:manage'], roles: ['operator', 'admin', 'regulator'] },
  limit: 'staff',
} as const;
const validating = {
  access: { scopes: ['tokens:validate', 'tokens:manage'] },
  limit: 'lookup',
} as const;
/** A token as its operator knows it, or as an alert names it. */
const named = z
  .strictObject({ token: token.optional(), handle: fields.id.optional() })
  .refine(({ token, handle }) => (token === undefined) !== (handle === undefined), {
    path: ['token'],
    message: 'either a token or a handle',
  });

export const tokens = {
  issue: procedure('tokens.issue', {
    summary:
      'A screening token for a person at the caller’s operator; asked again, the same one. Says nothing about exclusion',
    ...managing,
    input: z.strictObject({ identifiers, customerId: customerId.optional() }),
    output: issued,
  }),
  issueMany: procedure('tokens.issueMany', {
    summary: 'Up to 1,000 at once, joined by ref; a malformed one fails alone',
    ...managing,
    input: z.strictObject({
      items: z
        .array(z.strictObject({ ref, identifiers, customerId: customerId.optional() }))
        .min(1)
        .max(1000),
    }),
    output: z.object({ results: z.array(z.union([issued.extend({ ref: z.string() }), failed])) }),
  }),
  validate: procedure('tokens.validate', {
    summary: 'May the person behind this token bet? A lookup without identity data, recorded like one',
    ...validating,
    input: z.strictObject({ token, purpose: z.enum(PURPOSES) }),
    output: answer,
    errors: { TOKEN_REVOKED },
  }),
  validateMany: procedure('tokens.validateMany', {
    summary: 'Up to 1,000 validations at once, joined by ref; one that cannot be answered fails alone',
    ...validating,
    input: z.strictObject({
      checks: z
        .array(z.strictObject({ ref, token, purpose: z.enum(PURPOSES) }))
        .min(1)
        .max(1000),
    }),
    output: z.object({ results: z.array(z.union([answer.extend({ ref: z.string() }), failed])) }),
  }),
  rotate: procedure('tokens.rotate', {
    summary: 'A new token in place of this one, which works for another 24 hours; the customers stay mapped',
    ...tending,
    input: z.strictObject({ token }),
    output: issued,
    errors: { TOKEN_REVOKED },
  }),
  revoke: procedure('tokens.revoke', {
    summary: 'Refused on every node within a second, and its customers are mapped no more',
    ...tending,
    input: z.strictObject({ token }),
    output: ended,
  }),
  revokeMany: procedure('tokens.revokeMany', {
    summary: 'Up to 1,000 revocations at once, joined by ref; an unknown token fails alone',
    ...managing,
    input: z.strictObject({ items: z.array(z.strictObject({ ref, token })).min(1).max(1000) }),
    output: z.object({ results: z.array(z.union([ended.extend({ ref: z.string() }), failed])) }),
  }),
  compromise: procedure('tokens.compromise', {
    summary:
      'The token is in wrong hands: refused at once everywhere, a new one issued, somebody accountable told',
    ...tending,
    input: z.strictObject({ token, reason: z.enum(COMPROMISES) }),
    output: issued,
    errors: { TOKEN_REVOKED },
  }),
  map: procedure('tokens.map', {
    summary: 'Which customer of the operator this is; a customer has one token, the last it was mapped to',
    ...managing,
    input: z.strictObject({ token, customerId }),
    output: z.object({ handle: fields.id, mappedAt: fields.instant }),
    errors: { TOKEN_REVOKED },
  }),
  unmap: procedure('tokens.unmap', {
    summary: 'Forgets which token this customer has. Repeating it changes nothing',
    ...managing,
    input: z.strictObject({ customerId }),
    output: z.object({ unmapped: z.boolean() }),
  }),
  mappings: procedure('tokens.mappings', {
    summary:
      'The operator’s customers and their tokens, the newest first; of one customer where one is named',
    ...tending,
    input: fields.listInput.extend({ customerId: customerId.optional() }),
    output: fields.page(mapping),
  }),
  history: procedure('tokens.history', {
    summary: 'Issue, rotation, uses per day and audit of one token; staff may name it by its handle',
    ...reporting,
    input: named,
    output: history,
  }),
  crossReference: procedure('tokens.crossReference', {
    summary: 'The tokens that other operators have for the same person; the reading is audited',
    access: { roles: ['admin', 'regulator'] },
    limit: 'staff',
    input: named,
    output: z.object({ handle: fields.id, tokens: z.array(related) }),
  }),
  statistics: procedure('tokens.statistics', {
    summary: 'Tokens and their use per day: an operator sees its own, staff those of every operator',
    ...reporting,
    input: z.strictObject({
      operatorId: fields.id.optional(),
      /** Days; the last 30 unless said otherwise, and at most 92. */
      from: z.iso.date().optional(),
      to: z.iso.date().optional(),
      cursor: fields.cursor.optional(),
    }),
    output: fields.page(statistics),
  }),
};
