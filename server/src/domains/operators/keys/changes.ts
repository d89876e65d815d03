import { conflict, invalidInput, notFound } from '@kinga/shared/contract/errors.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { operators } from '@kinga/shared/operators/contract.ts';
import type { Key } from '@kinga/shared/operators/keys.ts';
import type { Actor } from '../../../platform/call/actor.ts';
import type { Revocation } from '../../../platform/call/authenticator.ts';
import { type By, who } from '../../../platform/call/by.ts';
import { instantOf } from '../../../platform/call/instants.ts';
import type { Platform } from '../../../platform/context.ts';
import { newId } from '../../../platform/crypto/ids.ts';
import { actForEveryTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import type { Revocations } from '../../../platform/revocations/revocations.ts';
import { maySee } from '../access.ts';
import { refuseUnusable } from './ed25519.ts';
import { KEYS, type KeyRow, keyOf } from './row.ts';

export interface ChangeParts {
  readonly platform: Platform;
  readonly revocations: Revocations;
}

/** Of another operator than the caller's is told like one that does not exist. */
export async function lockKey(tx: Tx, keyId: string, actor: Actor | 'system'): Promise<KeyRow> {
  await actForEveryTenant(tx);
  const { rows } = await tx.query<KeyRow>(`${KEYS} WHERE k.id = $1 FOR UPDATE OF k`, [keyId]);
  const [row] = rows;
  if (row === undefined || (actor !== 'system' && !maySee(actor, row.tenant_id))) {
    throw notFound('keyId', 'There is no such key');
  }
  return row;
}

/** The row, the revocation that closes its sockets and the audit are one transaction; again changes nothing. */
export async function revokeKey(
  { platform, revocations }: ChangeParts,
  keyId: string,
  by: By,
): Promise<OutputOf<typeof operators.revokeKey>> {
  const revokedAt = await platform.db.transaction(async (tx) => {
    const before = await lockKey(tx, keyId, by.actor);
    if (before.revoked_at !== null) return before.revoked_at;
    const { rows } = await tx.query<{ revoked_at: Date }>(
      'UPDATE api_keys SET revoked_at = clock_timestamp() WHERE id = $1 RETURNING revoked_at',
      [keyId],
    );
    const [revoked] = rows;
    if (revoked === undefined) throw new Error('a locked key is gone');
    await recordAudit(tx, { ...who(by), action: 'key.revoked', subject: keyId });
    await revocations.revoke(tx, { kind: 'key', id: keyId });
    return revoked.revoked_at;
  });
  revocations.announce({ kind: 'key', id: keyId });
  return { keyId, revokedAt: revokedAt.toISOString() };
}

/** Input field -> column. */
const COLUMNS = {
  label: 'label',
  scopes: 'scopes',
  expiresAt: 'expires_at',
  allowedAddresses: 'allowed_addresses',
  quotaPerSecond: 'quota_per_second',
  quotaPerDay: 'quota_per_day',
  requireSignature: 'public_key',
  mode: 'mode',
} as const;

/** Every node judges the key's sockets by the new terms within a second. */
export async function updateKey(
  { platform, revocations }: ChangeParts,
  { keyId, ...changes }: ParsedInputOf<typeof operators.updateKey>,
  by: By,
): Promise<Key> {
  const change: Revocation = { kind: 'terms', id: keyId, change: newId('chg') };
  const { requireSignature } = changes;
  if (requireSignature) refuseUnusable('requireSignature.publicKey', requireSignature.publicKey);
  const key = await platform.db.transaction(async (tx) => {
    const before = await lockKey(tx, keyId, by.actor);
    if (before.has_ended) throw conflict('keyId', 'The key has ended');
    if (changes.expiresAt !== undefined && changes.expiresAt !== null) {
      await refusePast(tx, instantOf('expiresAt', changes.expiresAt));
    }
    const values = valuesOf(changes);
    const columns = Object.keys(values);
    if (columns.length === 0) return keyOf(before);
    await tx.query(
      `UPDATE api_keys SET ${columns.map((column, i) => `${column} = $${i + 2}`).join(', ')} WHERE id = $1`,
      [keyId, ...Object.values(values)],
    );
    await recordAudit(tx, {
      ...who(by),
      action: 'key.updated',
      subject: keyId,
      details: { operatorId: before.tenant_id, fields: Object.keys(changes).sort() },
    });
    const after = await lockKey(tx, keyId, 'system');
    await revocations.revoke(tx, change);
    return keyOf(after);
  });
  revocations.announce(change);
  return key;
}

function valuesOf(
  changes: Omit<ParsedInputOf<typeof operators.updateKey>, 'keyId'>,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [field, column] of Object.entries(COLUMNS)) {
    const value = changes[field as keyof typeof COLUMNS];
    if (value !== undefined) values[column] = value;
  }
  const { expiresAt, requireSignature, scopes } = changes;
  if (scopes) values.scopes = [...new Set(scopes)].sort();
  if (expiresAt) values.expires_at = instantOf('expiresAt', expiresAt);
  if (requireSignature) values.public_key = JSON.stringify(requireSignature.publicKey);
  return values;
}

export async function refusePast(tx: Tx, expiresAt: Date): Promise<void> {
  const { rows } = await tx.query<{ is_over: boolean }>('SELECT $1 <= clock_timestamp() AS is_over', [
    expiresAt,
  ]);
  if (rows[0]?.is_over) throw invalidInput('expiresAt', 'is over already');
}
