import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { OutputOf, ParsedInputOf, Scope } from '@kinga/shared/contract/procedure.ts';
import type { operators } from '@kinga/shared/operators/contract.ts';
import type { KeyActor } from '../../platform/call/actor.ts';
import type { By } from '../../platform/call/by.ts';
import type { Platform } from '../../platform/context.ts';
import { newId } from '../../platform/crypto/ids.ts';
import { actForEveryTenant, actForTenant } from '../../platform/db/tenant.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { recordAudit } from '../../platform/outbox/audit.ts';
import type { Revocations } from '../../platform/revocations/revocations.ts';
import { ApiKeyEntity, OperatorEntity } from './entities.ts';
import { isWellFormed, newApiKey } from './key-format.ts';

/** Keys known to be good, per node. */
const CACHED_MAX = 10_000;

interface KeyRow {
  id: string;
  no: number;
  tenant_id: string;
  scopes: Scope[];
}

/** API keys: issued, recognised, revoked. */
export class ApiKeys {
  readonly #platform: Platform;
  readonly #revocations: Revocations;
  readonly #good = new Map<string, KeyActor>();

  constructor(platform: Platform, revocations: Revocations) {
    this.#platform = platform;
    this.#revocations = revocations;
    revocations.onRevoked((revocation) => {
      if (revocation.kind === 'key') this.#forget(revocation.id);
    });
    // A key issued after the backup is no key any more.
    revocations.onRestored(() => this.#good.clear());
  }

  async issue(
    input: ParsedInputOf<typeof operators.issueKey>,
    by: By,
  ): Promise<OutputOf<typeof operators.issueKey>> {
    const apiKey = newApiKey();
    const id = newId('key');
    const scopes = [...new Set(input.scopes)].sort();
    await this.#platform.db.unitOfWork(async (em, tx) => {
      if ((await em.count(OperatorEntity, { id: input.operatorId })) === 0) {
        throw new KingaError('NOT_FOUND', 'There is no such operator');
      }
      await actForTenant(tx, input.operatorId);
      em.create(ApiKeyEntity, {
        id,
        tenantId: input.operatorId,
        label: input.label,
        scopes,
        keyDigest: this.#digestOf(apiKey),
        createdAt: new Date(),
      });
      await em.flush();
      await recordAudit(tx, {
        ...by,
        action: 'key.issued',
        subject: id,
        details: { operatorId: input.operatorId, scopes },
      });
    });
    return { keyId: id, apiKey };
  }

  /** The row, the revocation that closes its sockets and the audit are one transaction; again changes nothing. */
  async revoke(keyId: string, by: By): Promise<OutputOf<typeof operators.revokeKey>> {
    const revokedAt = await this.#platform.db.transaction(async (tx) => {
      await actForEveryTenant(tx);
      const { rows } = await tx.query<{ revoked_at: Date }>(
        `UPDATE api_keys SET revoked_at = clock_timestamp() WHERE id = $1 AND revoked_at IS NULL
         RETURNING revoked_at`,
        [keyId],
      );
      const [revoked] = rows;
      if (revoked === undefined) return await revokedBefore(tx, keyId);
      await recordAudit(tx, { ...by, action: 'key.revoked', subject: keyId });
      await this.#revocations.revoke(tx, { kind: 'key', id: keyId });
      return revoked.revoked_at;
    });
    this.#revocations.announce({ kind: 'key', id: keyId });
    return { keyId, revokedAt: revokedAt.toISOString() };
  }

  /**
   * A key that is not known here is looked up before it is refused, so that a new one is good on every node at
   * once; so is a known one while this node cannot tell whether it has heard of every revocation.
   */
  async authenticate(apiKey: string): Promise<KeyActor> {
    if (!isWellFormed(apiKey)) throw badKey();
    const digest = this.#digestOf(apiKey);
    const known = this.#good.get(digest);
    if (known !== undefined && this.#revocations.isFresh()) return known;
    const row = await this.#platform.db.transaction(async (tx) => {
      await actForEveryTenant(tx);
      const { rows } = await tx.query<KeyRow>(
        'SELECT id, no, tenant_id, scopes FROM api_keys WHERE key_digest = $1 AND revoked_at IS NULL',
        [digest],
      );
      return rows[0];
    });
    // It may have been revoked, and its revocation heard, while the answer was on its way.
    if (row === undefined || this.#revocations.isRevoked('key', row.id)) throw badKey();
    return this.#remember(digest, row);
  }

  #remember(digest: string, row: KeyRow): KeyActor {
    const actor: KeyActor = {
      kind: 'key',
      keyId: row.id,
      keyNo: row.no,
      operatorId: row.tenant_id,
      scopes: new Set(row.scopes),
    };
    if (this.#good.size >= CACHED_MAX) {
      const [oldest] = this.#good.keys();
      if (oldest !== undefined) this.#good.delete(oldest);
    }
    this.#good.set(digest, actor);
    return actor;
  }

  #forget(keyId: string): void {
    for (const [digest, actor] of this.#good) {
      if (actor.keyId === keyId) this.#good.delete(digest);
    }
  }

  #digestOf(apiKey: string): string {
    return this.#platform.crypto.digest('api-key', apiKey);
  }
}

async function revokedBefore(tx: Tx, keyId: string): Promise<Date> {
  const { rows } = await tx.query<{ revoked_at: Date }>('SELECT revoked_at FROM api_keys WHERE id = $1', [
    keyId,
  ]);
  const [row] = rows;
  if (row === undefined) throw new KingaError('NOT_FOUND', 'There is no such key');
  return row.revoked_at;
}

function badKey(): KingaError {
  return new KingaError('UNAUTHENTICATED', 'The API key is not valid, or no longer');
}
