import { conflict, KingaError } from '@kinga/shared/contract/errors.ts';
import { PAGE_SIZE } from '@kinga/shared/contract/fields.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { operators } from '@kinga/shared/operators/contract.ts';
import type { Revocation } from '../../../platform/call/authenticator.ts';
import { type By, who } from '../../../platform/call/by.ts';
import { beforeId } from '../../../platform/call/cursor.ts';
import type { Call } from '../../../platform/call/handler.ts';
import { instantOf } from '../../../platform/call/instants.ts';
import type { Platform } from '../../../platform/context.ts';
import { newId } from '../../../platform/crypto/ids.ts';
import { actForTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import { maySee, operatorExists, operatorOfCall, unknownOperator } from '../access.ts';
import { type ChangeParts, lockKey, refusePast } from './changes.ts';
import { refuseUnusable } from './ed25519.ts';
import { newApiKey } from './key-format.ts';
import { digestOf } from './known-keys.ts';
import { KEYS, type KeyRow, keyOf } from './row.ts';

export async function issueKey(
  platform: Platform,
  input: ParsedInputOf<typeof operators.issueKey>,
  by: By,
): Promise<OutputOf<typeof operators.issueKey>> {
  const { operatorId, environment = 'live' } = input;
  checkIssuer(by.actor, { operatorId, environment });
  return await platform.db.transaction((tx) => issueWithin(platform, tx, { input, by }));
}

interface IssueWithin {
  readonly input: ParsedInputOf<typeof operators.issueKey>;
  readonly by: By;
  /** Only of a key that an operator issues itself. */
  readonly own?: { readonly self_issued: true; readonly quota_with: string | null };
}

/**
 * Within the transaction in which somebody made sure that this key may be made: who may is not asked here, and
 * `operators.issueKey` never comes this way unasked.
 */
export async function issueWithin(
  platform: Platform,
  tx: Tx,
  { input, by, own }: IssueWithin,
): Promise<OutputOf<typeof operators.issueKey>> {
  const { operatorId, label, environment = 'live', mode = 'alarm' } = input;
  const expiresAt = input.expiresAt === undefined ? null : instantOf('expiresAt', input.expiresAt);
  const apiKey = newApiKey(environment);
  const id = newId('key');
  const scopes = [...new Set(input.scopes)].sort();
  if (input.requireSignature) refuseUnusable('requireSignature.publicKey', input.requireSignature.publicKey);
  if (!(await operatorExists(tx, operatorId))) throw unknownOperator();
  if (expiresAt !== null) await refusePast(tx, expiresAt);
  await actForTenant(tx, operatorId);
  await insertKey(tx, {
    ...own,
    id,
    tenant_id: operatorId,
    label,
    scopes,
    key_digest: digestOf(platform, apiKey),
    expires_at: expiresAt,
    allowed_addresses: input.allowedAddresses ?? [],
    quota_per_second: input.quotaPerSecond ?? null,
    quota_per_day: input.quotaPerDay ?? null,
    public_key: input.requireSignature?.publicKey ?? null,
    mode,
    environment,
  });
  const details = { operatorId, scopes, environment };
  await recordAudit(tx, { ...who(by), action: 'key.issued', subject: id, details });
  return { keyId: id, apiKey };
}

/** An operator's staff need nobody to try things out; what asks about real people is not theirs to make. */
function checkIssuer(
  actor: By['actor'],
  { operatorId, environment }: { operatorId: string; environment: 'live' | 'sandbox' },
): void {
  if (actor === 'system' || actor.kind !== 'account' || actor.role !== 'operator') return;
  if (!maySee(actor, operatorId)) throw unknownOperator();
  if (environment !== 'sandbox') {
    throw new KingaError('FORBIDDEN', 'An operator’s staff make keys for the sandbox only');
  }
}

/** Production keys, with what came in their places, that an operator may have before it has to ask for more. */
const LIVE_KEYS_MAX = 20;

/**
 * For keys nobody looks at before they are made. Two that are made at once are counted one after the other, and one
 * that is made while the operator is being suspended knows of it.
 */
export async function refuseMoreKeys(tx: Tx, operatorId: string): Promise<void> {
  const locked = await tx.query<{ suspended: boolean }>(
    'SELECT suspended_at IS NOT NULL AS suspended FROM operators WHERE id = $1 FOR NO KEY UPDATE',
    [operatorId],
  );
  if (locked.rows[0]?.suspended) {
    throw new KingaError('FORBIDDEN', 'A suspended operator issues no production keys');
  }
  await actForTenant(tx, operatorId);
  const { rows } = await tx.query<{ count: number }>(
    `SELECT count(DISTINCT coalesce(rotated_from, id))::int AS count FROM api_keys
     WHERE tenant_id = $1 AND environment = 'live' AND revoked_at IS NULL
       AND (expires_at IS NULL OR expires_at > statement_timestamp())`,
    [operatorId],
  );
  if ((rows[0]?.count ?? 0) < LIVE_KEYS_MAX) return;
  throw new KingaError('CONFLICT', `The operator has ${LIVE_KEYS_MAX} production keys: revoke one first`);
}

/** The new key has the old one's terms, its end too: whoever may rotate a key may not prolong it. */
export async function rotateKey(
  { platform, revocations }: ChangeParts,
  { keyId, overlapHours }: ParsedInputOf<typeof operators.rotateKey>,
  by: By,
): Promise<OutputOf<typeof operators.rotateKey>> {
  const id = newId('key');
  const change: Revocation = { kind: 'terms', id: keyId, change: newId('chg') };
  const rotated = await platform.db.transaction(async (tx) => {
    const old = await lockKey(tx, keyId, by.actor);
    if (old.has_ended) throw conflict('keyId', 'The key has ended');
    if (old.replaced_by !== null) throw conflict('keyId', 'The key has been replaced already');
    const apiKey = newApiKey(old.environment);
    const { label, scopes, expires_at, allowed_addresses, mode, environment, tenant_id } = old;
    const { quota_per_second, quota_per_day, public_key, self_issued, quota_with } = old;
    await insertKey(tx, {
      ...{ id, tenant_id, label, scopes, key_digest: digestOf(platform, apiKey), expires_at },
      ...{ allowed_addresses, quota_per_second, quota_per_day, public_key, mode, environment },
      ...{ rotated_from: old.rotated_from ?? keyId, self_issued, quota_with },
    });
    const { rows } = await tx.query<{ expires_at: Date }>(
      `UPDATE api_keys SET replaced_by = $2,
         expires_at = least(expires_at, clock_timestamp() + make_interval(secs => $3))
       WHERE id = $1 RETURNING expires_at`,
      [keyId, id, overlapHours * 3600],
    );
    const details = { operatorId: old.tenant_id, replacedBy: id, overlapHours };
    await recordAudit(tx, { ...who(by), action: 'key.rotated', subject: keyId, details });
    await revocations.revoke(tx, change);
    return { apiKey, oldKeyEndsAt: rows[0]?.expires_at.toISOString() ?? '' };
  });
  revocations.announce(change);
  return { keyId: id, ...rotated };
}

export async function listKeys(
  { db }: Platform,
  input: ParsedInputOf<typeof operators.listKeys>,
  call: Call,
): Promise<OutputOf<typeof operators.listKeys>> {
  return await db.transaction(async (tx) => {
    const operatorId = await operatorOfCall(tx, call.actor, input);
    await actForTenant(tx, operatorId);
    const { rows } = await tx.query<KeyRow>(
      `${KEYS} WHERE k.tenant_id = $1 AND ($2::text IS NULL OR k.id < $2)
       ORDER BY k.id DESC LIMIT ${PAGE_SIZE + 1}`,
      [operatorId, beforeId('key', input.cursor)],
    );
    const items = rows.slice(0, PAGE_SIZE).map(keyOf);
    const last = items.at(-1);
    return rows.length > PAGE_SIZE && last ? { items, nextCursor: last.id } : { items };
  });
}

async function insertKey(tx: Tx, row: Readonly<Record<string, unknown>>): Promise<void> {
  const columns = Object.keys(row);
  await tx.query(
    `INSERT INTO api_keys (${columns.join(', ')}) VALUES (${columns.map((_, i) => `$${i + 1}`).join(', ')})`,
    Object.values(row).map((value) =>
      typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
        ? JSON.stringify(value)
        : value,
    ),
  );
}
