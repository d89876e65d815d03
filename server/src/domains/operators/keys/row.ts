import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { Scope } from '@kinga/shared/contract/procedure.ts';
import type { Key } from '@kinga/shared/operators/keys.ts';
import type { KeyActor } from '../../../platform/call/actor.ts';
import { AddressList } from '../../../platform/http/addresses.ts';
import type { KeyAllowance } from './allowance.ts';

/** What was agreed for a key, as its row has it. */
export interface TermsRow {
  readonly id: string;
  readonly no: number;
  readonly tenant_id: string;
  readonly scopes: Scope[];
  readonly environment: KeyActor['environment'];
  readonly mode: KeyActor['mode'];
  readonly allowed_addresses: string[];
  readonly quota_per_second: number | null;
  readonly quota_per_day: string | null;
  readonly public_key: JsonWebKey | null;
  /** The first of a row of rotations; null: it is the first itself. */
  readonly rotated_from: string | null;
  /** Of a key an operator issued itself: the one whose quota it uses up; null: it has its own. */
  readonly quota_with: string | null;
  /** Until it ends, by the database's clock. */
  readonly left_ms: string | null;
  readonly expires_at: Date | null;
}

/** A key is good while nobody has revoked it, it has not ended, and its operator is not suspended. */
export const GOOD_KEYS = `
  SELECT k.id, k.no, k.tenant_id, k.scopes, k.environment, k.mode, k.allowed_addresses, k.quota_per_second,
         k.quota_per_day, k.public_key, k.rotated_from, k.quota_with, k.expires_at,
         extract(epoch FROM k.expires_at - clock_timestamp()) * 1000 AS left_ms
  FROM api_keys k JOIN operators o ON o.id = k.tenant_id
  WHERE k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())
    AND o.suspended_at IS NULL`;

/** A key as a node remembers it. */
export interface KnownKey {
  readonly actor: KeyActor & { readonly allowance: KeyAllowance };
  /** undefined: from anywhere. */
  readonly allowed: AddressList | undefined;
  /** undefined: need not sign. */
  readonly publicKey: KeyObject | undefined;
}

/** @param endsAt by the node's own clock; undefined: never */
export function knownKeyOf(row: TermsRow, allowance: KeyAllowance, endsAt: number | undefined): KnownKey {
  const { allowed_addresses: addresses, public_key: jwk } = row;
  return {
    actor: {
      kind: 'key',
      keyId: row.id,
      keyNo: row.no,
      operatorId: row.tenant_id,
      scopes: new Set(row.scopes),
      environment: row.environment,
      mode: row.mode,
      allowance,
      signedFor: jwk?.x,
      endsAt,
      stale: false,
    },
    allowed: addresses.length === 0 ? undefined : new AddressList('allowedAddresses', addresses),
    publicKey: jwk === null ? undefined : createPublicKey({ key: jwk, format: 'jwk' }),
  };
}

export interface KeyRow extends Omit<TermsRow, 'no' | 'left_ms'> {
  readonly label: string;
  readonly self_issued: boolean;
  readonly created_at: Date;
  readonly revoked_at: Date | null;
  readonly replaced_by: string | null;
  readonly has_ended: boolean;
  readonly last_used_at: Date | null;
  readonly used_today: string | null;
}

export const KEYS = `
  SELECT k.id, k.tenant_id, k.label, k.scopes, k.environment, k.mode, k.allowed_addresses, k.quota_per_second,
         k.quota_per_day, k.public_key, k.rotated_from, k.quota_with, k.self_issued, k.created_at, k.expires_at,
         k.revoked_at, k.replaced_by,
         k.revoked_at IS NOT NULL OR coalesce(k.expires_at <= clock_timestamp(), false) AS has_ended,
         u.last_used_at, u.used_today
  FROM api_keys k LEFT JOIN LATERAL (
    SELECT max(last_used_at) AS last_used_at,
           sum(calls) FILTER (WHERE day = (clock_timestamp() AT TIME ZONE 'Africa/Nairobi')::date) AS used_today
    FROM key_usage WHERE key_id = k.id
  ) u ON true`;

export function keyOf(row: KeyRow): Key {
  return {
    id: row.id,
    operatorId: row.tenant_id,
    label: row.label,
    scopes: row.scopes,
    environment: row.environment,
    mode: row.mode,
    state: row.has_ended ? 'ended' : 'active',
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    revokedAt: row.revoked_at?.toISOString() ?? null,
    replacedBy: row.replaced_by,
    allowedAddresses: row.allowed_addresses,
    quotaPerSecond: row.quota_per_second,
    quotaPerDay: row.quota_per_day === null ? null : Number(row.quota_per_day),
    requiresSignature: row.public_key !== null,
    selfIssued: row.self_issued,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    usedToday: Number(row.used_today ?? 0),
  };
}
