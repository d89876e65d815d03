import { randomBytes } from 'node:crypto';
import type { SignInMethod } from '@kinga/shared/identity/sessions.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import { newId } from '../../../platform/crypto/ids.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import type { Revocations } from '../../../platform/revocations/revocations.ts';
import { holdAccount } from '../accounts.ts';

/** Then one signs in again, however often the session was refreshed. */
const SESSION_DAYS = 30;

export interface OpenSession {
  readonly sessionId: string;
  readonly accountId: string;
  readonly refreshToken: string;
}

export interface NewSession {
  readonly accountId: string;
  readonly method: SignInMethod;
  readonly network: string | undefined;
  readonly deviceId: string;
}

/** Only for SignIns, which knows whether the account may have one. */
export async function openSession(tx: Tx, crypto: Crypto, session: NewSession): Promise<OpenSession> {
  const { accountId, method, network, deviceId } = session;
  await tx.query(
    `DELETE FROM sessions WHERE account_id = $1
       AND (expires_at < clock_timestamp() OR revoked_at < statement_timestamp() - interval '1 day')`,
    [accountId],
  );
  const sessionId = newId('ses');
  await tx.query(
    `INSERT INTO sessions (id, account_id, expires_at, method, network, device_id)
     VALUES ($1, $2, clock_timestamp() + make_interval(days => $3), $4, $5, $6)`,
    [sessionId, accountId, SESSION_DAYS, method, network ?? null, deviceId],
  );
  return { sessionId, accountId, refreshToken: await insertRefreshToken(tx, crypto, sessionId) };
}

export type Rotation =
  | { readonly state: 'rotated'; readonly session: OpenSession }
  /** The token was used before: somebody has a copy, so the family is revoked. */
  | { readonly state: 'reused'; readonly sessionId: string }
  | { readonly state: 'refused' };

/**
 * Uses a refresh token up and gives the next. Of calls with the same token exactly one is given it; the others
 * revoke the family, except those that were already under way when it was used: a client that sends twice at
 * once is refused, not punished.
 */
export async function rotate(
  tx: Tx,
  deps: { crypto: Crypto; revocations: Pick<Revocations, 'revoke'> },
  refreshToken: string,
): Promise<Rotation> {
  const digest = digestOf(deps.crypto, refreshToken);
  const { rows } = await tx.query<{ session_id: string; account_id: string }>(
    `UPDATE refresh_tokens token SET used_at = clock_timestamp() FROM sessions session
     WHERE token.digest = $1 AND token.used_at IS NULL AND session.id = token.session_id
       AND session.revoked_at IS NULL AND session.expires_at > clock_timestamp()
     RETURNING session.id AS session_id, session.account_id`,
    [digest],
  );
  const [used] = rows;
  if (used === undefined) return await refuse(tx, deps, digest);
  await tx.query('UPDATE sessions SET last_used_at = clock_timestamp() WHERE id = $1', [used.session_id]);
  const next = await insertRefreshToken(tx, deps.crypto, used.session_id);
  return {
    state: 'rotated',
    session: { sessionId: used.session_id, accountId: used.account_id, refreshToken: next },
  };
}

async function refuse(
  tx: Tx,
  deps: { revocations: Pick<Revocations, 'revoke'> },
  digest: string,
): Promise<Rotation> {
  // now() is when this transaction began: before used_at means that both were under way at once.
  const { rows } = await tx.query<{ session_id: string }>(
    'SELECT session_id FROM refresh_tokens WHERE digest = $1 AND used_at < now()',
    [digest],
  );
  const [reused] = rows;
  if (reused === undefined) return { state: 'refused' };
  const revoked = await revokeSession(tx, deps.revocations, reused.session_id);
  return revoked ? { state: 'reused', sessionId: reused.session_id } : { state: 'refused' };
}

/**
 * Which of the account's sessions stand; to be revoked with `revokeSessions`. Those being opened are waited for:
 * signing in holds the account.
 */
export async function standingSessions(
  tx: Tx,
  { accountId, except }: { accountId: string; except?: string },
): Promise<string[]> {
  await holdAccount(tx, accountId);
  const { rows } = await tx.query<{ id: string }>(
    `SELECT id FROM sessions WHERE account_id = $1 AND revoked_at IS NULL
       AND expires_at > clock_timestamp() AND id <> $2 ORDER BY id`,
    [accountId, except ?? ''],
  );
  return rows.map((row) => row.id);
}

/** The last thing of its transaction; those that it revoked are the caller's to announce after the commit. */
export async function revokeSessions(
  tx: Tx,
  revocations: Pick<Revocations, 'revoke'>,
  sessionIds: readonly string[],
): Promise<string[]> {
  // All of the rows before the one lock of revocations: somebody who has one of them may be waiting for that.
  const { rows } = await tx.query<{ id: string }>(
    `UPDATE sessions SET revoked_at = clock_timestamp() WHERE id = ANY($1) AND revoked_at IS NULL RETURNING id`,
    [sessionIds],
  );
  const revoked = rows.map(({ id }) => id);
  for (const id of revoked) await revocations.revoke(tx, { kind: 'session', id });
  return revoked;
}

/** False when it had been revoked before. */
export async function revokeSession(
  tx: Tx,
  revocations: Pick<Revocations, 'revoke'>,
  sessionId: string,
): Promise<boolean> {
  return (await revokeSessions(tx, revocations, [sessionId])).length > 0;
}

export async function isSessionRevoked(tx: Tx, sessionId: string): Promise<boolean> {
  const { rows } = await tx.query('SELECT 1 FROM sessions WHERE id = $1 AND revoked_at IS NULL', [sessionId]);
  return rows.length === 0;
}

async function insertRefreshToken(tx: Tx, crypto: Crypto, sessionId: string): Promise<string> {
  const token = `kr_${randomBytes(32).toString('base64url')}`;
  await tx.query('INSERT INTO refresh_tokens (digest, session_id) VALUES ($1, $2)', [
    digestOf(crypto, token),
    sessionId,
  ]);
  return token;
}

function digestOf(crypto: Crypto, token: string): string {
  return crypto.digest('refresh-token', token);
}
