import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure, SCOPES } from '../contract/procedure.ts';
import { ofOperator } from './operator.ts';

export const KEY_MODES = ['alarm', 'block'] as const;
export const KEY_ENVIRONMENTS = ['live', 'sandbox'] as const;

/** The public half of an Ed25519 pair (RFC 8037); the private one never leaves the operator. */
export const publicKey = z.strictObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string().regex(/^[A-Za-z0-9_-]{43}$/, '32 bytes as base64url'),
  kid: z.string().max(100).optional(),
  alg: z.string().max(20).optional(),
  use: z.string().max(20).optional(),
  key_ops: z.array(z.string().max(20)).max(10).optional(),
  ext: z.boolean().optional(),
});
export type PublicKey = z.output<typeof publicKey>;

const address = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: () => 'neither an address nor a CIDR block',
});
const allowedAddresses = z.array(address).max(50);
const quotaPerSecond = z.number().int().positive().max(1_000_000);
const quotaPerDay = z.number().int().positive().max(100_000_000_000);
const requireSignature = z.strictObject({ publicKey });
const scopes = z.array(z.enum(SCOPES)).min(1).max(SCOPES.length);

/** A key without its secret. */
const key = z.object({
  id: fields.id,
  operatorId: fields.id,
  label: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  environment: z.enum(KEY_ENVIRONMENTS),
  mode: z.enum(KEY_MODES),
  state: z.enum(['active', 'ended']),
  createdAt: fields.instant,
  expiresAt: fields.instant.nullable(),
  revokedAt: fields.instant.nullable(),
  /** The key that was made in its place. */
  replacedBy: fields.id.nullable(),
  /** Where it may be used from; empty: from anywhere. */
  allowedAddresses: z.array(z.string()),
  quotaPerSecond: z.number().nullable(),
  quotaPerDay: z.number().nullable(),
  requiresSignature: z.boolean(),
  /** On its certificate, by the operator itself (`conformance.applyForProductionKey`). */
  selfIssued: z.boolean(),
  lastUsedAt: fields.instant.nullable(),
  /** Lookups and validations answered today (Nairobi), on all nodes; known to a few seconds. */
  usedToday: fields.seq,
});
export type Key = z.output<typeof key>;

const staff = { access: { roles: ['admin'] }, limit: 'staff' } as const;
const ownKeys = { access: { roles: ['admin', 'operator'] }, limit: 'staff' } as const;
/** Whoever is given a key may do what the key may: that is more than any grant. */
const givesKeys = { grantable: false } as const;

export const keys = {
  issueKey: procedure('operators.issueKey', {
    summary:
      'A new API key: shown in this answer only, stored as a keyed hash, good on every node at once. An operator’s staff make their own for the sandbox',
    ...ownKeys,
    ...givesKeys,
    input: z.strictObject({
      operatorId: fields.id,
      label: fields.shortText,
      scopes,
      /** It ends by itself. */
      expiresAt: fields.givenInstant.optional(),
      /** Addresses and CIDR blocks it may be used from, as the hub sees them (TRUSTED_PROXIES). */
      allowedAddresses: allowedAddresses.optional(),
      /** Lookups and validations; each item of a batch counts. A second's is counted per node. */
      quotaPerSecond: quotaPerSecond.optional(),
      /**
       * Counted over all nodes, which tell each other every other second; a day is Nairobi's. A batch larger than what
       * is left is refused whole (RATE_LIMITED), and `details` say how much is left.
       */
      quotaPerDay: quotaPerDay.optional(),
      /** Every request and every handshake must be signed: shared/src/contract/signature.ts. */
      requireSignature: requireSignature.optional(),
      mode: z.enum(KEY_MODES).optional(),
      environment: z.enum(KEY_ENVIRONMENTS).optional(),
    }),
    output: z.object({ keyId: fields.id, apiKey: z.string() }),
  }),
  listKeys: procedure('operators.listKeys', {
    summary: 'The keys of an operator, the newest first, without their secrets; its staff see their own',
    access: { roles: ['admin', 'regulator', 'operator'] },
    limit: 'staff',
    input: z.strictObject({ ...ofOperator, cursor: fields.cursor.optional() }),
    output: fields.page(key),
  }),
  rotateKey: procedure('operators.rotateKey', {
    summary:
      'A new key with the same terms, good at once; the old one ends by itself after the overlap, on every node',
    ...ownKeys,
    ...givesKeys,
    input: z.strictObject({ keyId: fields.id, overlapHours: z.number().min(0).max(720) }),
    output: z.object({ keyId: fields.id, apiKey: z.string(), oldKeyEndsAt: fields.instant }),
  }),
  updateKey: procedure('operators.updateKey', {
    summary:
      'Changes the terms of a key, on every node within a second; null takes a term away. Sockets that may stay stay',
    ...staff,
    ...givesKeys,
    input: z.strictObject({
      keyId: fields.id,
      label: fields.shortText.optional(),
      scopes: scopes.optional(),
      expiresAt: fields.givenInstant.nullable().optional(),
      allowedAddresses: allowedAddresses.optional(),
      quotaPerSecond: quotaPerSecond.nullable().optional(),
      quotaPerDay: quotaPerDay.nullable().optional(),
      requireSignature: requireSignature.nullable().optional(),
      mode: z.enum(KEY_MODES).optional(),
    }),
    output: key,
  }),
  revokeKey: procedure('operators.revokeKey', {
    summary: 'Revokes a key; its sockets close within a second on every node. Repeating it changes nothing',
    ...ownKeys,
    input: z.strictObject({ keyId: fields.id }),
    output: z.object({ keyId: fields.id, revokedAt: fields.instant }),
  }),
};
