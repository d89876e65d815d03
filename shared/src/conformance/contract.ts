import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure, SCOPES } from '../contract/procedure.ts';
import { publicKey } from '../operators/keys.ts';
import { DECISIONS, situation } from './situation.ts';

export { ACTIONS, type Action, DECISIONS, type Decision, type Situation } from './situation.ts';

/** Of a sandbox key; the people of a run are known to it only. */
const tested = { access: { scopes: ['exclusions:lookup'] }, limit: 'staff' } as const;

const decided = z.strictObject({
  /** The situation. */
  id: fields.id,
  decision: z.enum(DECISIONS),
  /** The hub's answer it rests on. */
  checkId: z.string().min(1).max(64).optional(),
});

const failure = z.object({
  id: fields.id,
  /** The vector, as docs/conformance.md has it. */
  vector: z.string(),
  title: z.string(),
  covers: z.array(z.string()),
  why: z.string(),
});
export type ConformanceFailure = z.output<typeof failure>;

const result = z.object({
  runId: fields.id,
  state: z.enum(['open', 'passed', 'failed']),
  passed: fields.seq,
  /** Situations that are not decided yet. */
  open: fields.seq,
  failed: z.array(failure),
});
export type ConformanceResult = z.output<typeof result>;

const certificate = z.object({
  runId: fields.id,
  vectors: fields.seq,
  passedAt: fields.instant,
  /** 12 months later. Keys that were issued on it end with it. */
  validUntil: fields.instant,
  isValid: z.boolean(),
});
export type Certificate = z.output<typeof certificate>;

const NOT_CERTIFIED = {
  message: 'The operator has not passed the conformance suite within the last 12 months',
  retry: false,
} as const;

export const conformance = {
  start: procedure('conformance.start', {
    summary:
      'A run of the conformance suite: situations with people made for it, in random order. It replaces a run that is open, and lasts an hour',
    ...tested,
    input: z.strictObject({}),
    output: z.object({ runId: fields.id, expiresAt: fields.instant, situations: z.array(situation) }),
  }),
  submit: procedure('conformance.submit', {
    summary:
      'What the operator’s system decided, all at once or in parts; the first word on a situation counts',
    ...tested,
    input: z.strictObject({ runId: fields.id, decisions: z.array(decided).min(1).max(500) }),
    output: result,
  }),
  certificate: procedure('conformance.certificate', {
    summary: 'The last passed run of an operator; its staff and keys see their own',
    access: { roles: ['admin', 'regulator', 'operator'], scopes: ['exclusions:lookup'] },
    limit: 'staff',
    input: z.strictObject({ operatorId: fields.id.optional() }),
    output: z.object({ operatorId: fields.id, certificate: certificate.nullable() }),
  }),
  applyForProductionKey: procedure('conformance.applyForProductionKey', {
    summary:
      'A live key for an operator that is certified, issued by its own staff: in mode `block`, until the certificate ends, and, but for its scopes, never looser than every production key an administrator issued. Shown in this answer only',
    access: { roles: ['operator'] },
    limit: 'staff',
    input: z.strictObject({
      label: fields.shortText,
      /** The operator's own choice, whatever its other keys may: the certificate stands for all of them. */
      scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length),
      /**
       * The key signs its requests with the other half. Required when all of the operator's production keys sign.
       *
       * The other terms are those an administrator agreed, as they are when it is issued, for the production keys that
       * are good then, or for the last one there was: where all of them have an allow-list (without `publicKey`: all
       * that do not sign), the addresses on any of these; the lowest quota a day and the lowest a second. Only the
       * day's is used up together with the key that has it; of those together, keys with the same quota a second
       * share that too. Without any such key there are none. What is agreed later changes nothing in it.
       */
      publicKey: publicKey.optional(),
    }),
    output: z.object({ keyId: fields.id, apiKey: z.string(), endsAt: fields.instant }),
    errors: { NOT_CERTIFIED },
  }),
};
