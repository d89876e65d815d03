import { notFound } from '@kinga/shared/contract/errors.ts';
import type { OutputOf } from '@kinga/shared/contract/procedure.ts';
import type { identity } from '@kinga/shared/identity/contract.ts';
import type { SignInMethod } from '@kinga/shared/identity/sessions.ts';
import { beforeId } from '../../../platform/call/cursor.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Platform } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import type { Revocations } from '../../../platform/revocations/revocations.ts';
import { removeDevices } from '../../notifications/index.ts';
import { PAGE_ROWS, pageOf } from '../page.ts';
import { byOf, signedIn } from '../signed-in.ts';
import { mayRule } from '../staff/over-staff.ts';
import * as devices from './devices.ts';
import { revokeSession, revokeSessions, standingSessions } from './sessions.ts';

interface SessionRow {
  readonly id: string;
  readonly method: SignInMethod;
  readonly network: string | null;
  readonly device_id: string | null;
  readonly device_name: Buffer | null;
  readonly created_at: Date;
  readonly last_used_at: Date;
  readonly expires_at: Date;
}

/** Sessions and devices, as their owner (and an administrator) sees and ends them. */
export class OwnSessions {
  readonly #platform: Platform;
  readonly #revocations: Revocations;

  constructor(platform: Platform, revocations: Revocations) {
    this.#platform = platform;
    this.#revocations = revocations;
  }

  async list(cursor: string | undefined, call: Call): Promise<OutputOf<typeof identity.listSessions>> {
    const { accountId, sessionId } = signedIn(call);
    const { db, crypto } = this.#platform;
    const { rows } = await db.query<SessionRow>(
      `SELECT s.id, s.method, s.network, s.created_at, s.last_used_at, s.expires_at,
              s.device_id, d.name AS device_name
         FROM sessions s LEFT JOIN devices d ON d.id = s.device_id
        WHERE s.account_id = $1 AND s.revoked_at IS NULL AND s.expires_at > clock_timestamp()
          AND ($2::text IS NULL OR s.id < $2)
        ORDER BY s.id DESC LIMIT ${PAGE_ROWS}`,
      [accountId, beforeId('ses', cursor)],
    );
    return pageOf(rows, (row) => ({
      id: row.id,
      device: devices.deviceRefOf(crypto, row),
      network: row.network,
      method: row.method,
      createdAt: row.created_at.toISOString(),
      lastUsedAt: row.last_used_at.toISOString(),
      expiresAt: row.expires_at.toISOString(),
      current: row.id === sessionId,
    }));
  }

  async revoke(sessionId: string, call: Call): Promise<OutputOf<typeof identity.revokeSession>> {
    const { accountId } = signedIn(call);
    const revokedAt = await this.#platform.db.transaction(async (tx) => {
      const before = await lockOwn(tx, { sessionId, accountId });
      if (before.revoked_at !== null) return before.revoked_at;
      await recordAudit(tx, { ...byOf(call), action: 'session.revoked', subject: sessionId });
      await revokeSession(tx, this.#revocations, sessionId);
      return (await lockOwn(tx, { sessionId, accountId })).revoked_at;
    });
    if (revokedAt === null) throw new Error('a session was revoked and has no time of it');
    this.#revocations.announce({ kind: 'session', id: sessionId });
    return { sessionId, revokedAt: revokedAt.toISOString() };
  }

  async revokeOthers(call: Call): Promise<{ revoked: number }> {
    const { accountId, sessionId } = signedIn(call);
    return await this.revokeAll({ accountId, except: sessionId }, call);
  }

  /** Of any account: whoever calls this has been allowed to. */
  async revokeAll(of: { accountId: string; except?: string }, call: Call): Promise<{ revoked: number }> {
    return await this.#end(call, of.accountId, async (tx) => {
      const { rowCount } = await tx.query('SELECT FROM accounts WHERE id = $1', [of.accountId]);
      if (rowCount === 0) throw notFound('accountId', 'There is no such account');
      await mayRule(tx, of.accountId, call);
      const standing = await standingSessions(tx, of);
      await removeDevices(tx, { accountId: of.accountId, by: call });
      return standing;
    });
  }

  async devices(cursor: string | undefined, call: Call): Promise<OutputOf<typeof identity.listDevices>> {
    const { accountId, sessionId } = signedIn(call);
    const { db, crypto } = this.#platform;
    return await devices.listDevices(db, crypto, { accountId, sessionId, cursor });
  }

  async trust(deviceId: string, call: Call): Promise<devices.Device> {
    const { accountId, sessionId } = signedIn(call);
    const { db, crypto } = this.#platform;
    return await db.transaction(async (tx) => {
      const trusted = await devices.trustDevice(tx, crypto, { accountId, sessionId, deviceId });
      await recordAudit(tx, { ...byOf(call), action: 'device.trusted', subject: deviceId });
      return trusted;
    });
  }

  async forget(deviceId: string, call: Call): Promise<{ revoked: number }> {
    const { accountId } = signedIn(call);
    return await this.#end(call, accountId, async (tx) => {
      const sessionIds = await devices.forgetDevice(tx, { accountId, deviceId });
      await recordAudit(tx, { ...byOf(call), action: 'device.forgotten', subject: deviceId });
      return sessionIds;
    });
  }

  async #end(
    call: Call,
    accountId: string,
    choose: (tx: Tx) => Promise<readonly string[]>,
  ): Promise<{ revoked: number }> {
    const revoked = await this.#platform.db.transaction(async (tx) => {
      const chosen = await choose(tx);
      const details = { sessions: chosen.length };
      await recordAudit(tx, { ...byOf(call), action: 'sessions.revoked', subject: accountId, details });
      return await revokeSessions(tx, this.#revocations, chosen);
    });
    for (const id of revoked) this.#revocations.announce({ kind: 'session', id });
    return { revoked: revoked.length };
  }
}

async function lockOwn(
  tx: Tx,
  { sessionId, accountId }: { sessionId: string; accountId: string },
): Promise<{ revoked_at: Date | null }> {
  const { rows } = await tx.query<{ revoked_at: Date | null }>(
    'SELECT revoked_at FROM sessions WHERE id = $1 AND account_id = $2 FOR UPDATE',
    [sessionId, accountId],
  );
  const [row] = rows;
  if (row === undefined) throw notFound('sessionId', 'There is no such session');
  return row;
}
