import { randomInt } from 'node:crypto';
import { KingaError } from '@kinga/shared/contract/errors.ts';
import { CODE_REFUSED } from '@kinga/shared/identity/registration.ts';
import { who } from '../../../platform/call/by.ts';
import type { Call } from '../../../platform/call/handler.ts';
import { type Crypto, equalSecrets } from '../../../platform/crypto/crypto.ts';
import { newId } from '../../../platform/crypto/ids.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import { forgetOld } from './limits.ts';

export type Purpose =
  | 'register'
  | 'contact'
  | 'identifier'
  | 'factor'
  | 'passwordReset'
  | 'invitation'
  | 'login'
  | 'proof';

const CODE_DIGITS = 6;
const LIFETIME = '10 minutes';
/** Whoever is invited did not ask for it, and reads it when they read their mail. */
const INVITATION_LIFETIME = '3 days';
const WRONG_MAX = 3;

export interface Challenge {
  readonly challengeId: string;
  readonly expiresAt: string;
}

export interface NewChallenge {
  readonly purpose: Purpose;
  /** Whom or what it is about, and for whom; a newer one about the same closes the older. */
  readonly about: string;
  /** Absent: nobody's, or nobody's yet. */
  readonly accountId?: string | undefined;
  /** What happens once it is answered. */
  readonly payload: unknown;
}

/** One that can still be answered. */
export interface OpenChallenge {
  readonly id: string;
  readonly purpose: Purpose;
  readonly account_id: string | null;
  readonly code_digest: string | null;
  readonly expires_at: Date;
  readonly payload: unknown;
}

export async function openChallenge(tx: Tx, crypto: Crypto, given: NewChallenge): Promise<Challenge> {
  const subject = crypto.digest('challenge-subject', given.about);
  await forgetOld(tx);
  await tx.query(
    `DELETE FROM challenges WHERE id IN (
       SELECT id FROM challenges WHERE expires_at < statement_timestamp() - interval '1 day'
       LIMIT 20 FOR UPDATE SKIP LOCKED)`,
  );
  await tx.query(
    `UPDATE challenges SET closed_at = clock_timestamp(), payload = NULL
     WHERE subject = $1 AND purpose = $2 AND closed_at IS NULL`,
    [subject, given.purpose],
  );
  const { rows } = await tx.query<{ id: string; expires_at: Date }>(
    `INSERT INTO challenges (id, purpose, subject, account_id, payload, expires_at)
     VALUES ($1, $2, $3, $4, $5, clock_timestamp() + $6::interval) RETURNING id, expires_at`,
    [
      newId('chl'),
      given.purpose,
      subject,
      given.accountId ?? null,
      crypto.seal(JSON.stringify(given.payload)),
      given.purpose === 'invitation' ? INVITATION_LIFETIME : LIFETIME,
    ],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('INSERT returned no challenge');
  return { challengeId: row.id, expiresAt: row.expires_at.toISOString() };
}

/** A new code for a challenge; one given before is good no longer. */
export async function giveCode(tx: Tx, crypto: Crypto, challengeId: string): Promise<string> {
  const code = String(randomInt(10 ** CODE_DIGITS)).padStart(CODE_DIGITS, '0');
  await tx.query('UPDATE challenges SET code_digest = $2 WHERE id = $1', [
    challengeId,
    digestOf(crypto, challengeId, code),
  ]);
  return code;
}

/** The account that a code changes, before the code: those under way for the same account are closed with it. */
export async function holdItsAccount(tx: Tx, challengeId: string): Promise<void> {
  await tx.query(
    'SELECT FROM accounts WHERE id = (SELECT account_id FROM challenges WHERE id = $1) FOR NO KEY UPDATE',
    [challengeId],
  );
}

/** Locks it to the end of the transaction; undefined when it is unknown, over, used, replaced or locked. */
export async function findOpen(
  tx: Tx,
  crypto: Crypto,
  wanted: { challengeId: string; purposes: readonly Purpose[] },
): Promise<OpenChallenge | undefined> {
  const { rows } = await tx.query<OpenChallenge & { payload: Buffer }>(
    `SELECT id, purpose, account_id, code_digest, expires_at, payload FROM challenges
     WHERE id = $1 AND purpose = ANY($2) AND closed_at IS NULL AND expires_at > clock_timestamp() AND wrong < $3
     FOR UPDATE`,
    [wanted.challengeId, wanted.purposes, WRONG_MAX],
  );
  const [row] = rows;
  return row && { ...row, payload: JSON.parse(crypto.open(row.payload)) };
}

export function isItsCode(crypto: Crypto, challenge: OpenChallenge, code: string): boolean {
  return equalSecrets(challenge.code_digest ?? '', digestOf(crypto, challenge.id, code));
}

/** Before what else is taken back with it, as whoever answers it does. */
export async function hold(tx: Tx, challengeId: string): Promise<void> {
  await tx.query('SELECT FROM challenges WHERE id = $1 FOR UPDATE', [challengeId]);
}

/** Answered: nobody answers it again, and what it carried is gone. */
export async function close(tx: Tx, challengeId: string): Promise<void> {
  await tx.query('UPDATE challenges SET closed_at = clock_timestamp(), payload = NULL WHERE id = $1', [
    challengeId,
  ]);
}

/** Those of an account that others have been given for the same: one was answered, or what they are for is past. */
export async function closeAll(tx: Tx, accountId: string, purpose: Purpose): Promise<void> {
  await tx.query(
    `UPDATE challenges SET closed_at = clock_timestamp(), payload = NULL
     WHERE account_id = $1 AND purpose = $2 AND closed_at IS NULL AND expires_at > clock_timestamp()`,
    [accountId, purpose],
  );
}

/** The third time locks it. */
export async function countWrong(tx: Tx, challengeId: string): Promise<void> {
  await tx.query('UPDATE challenges SET wrong = wrong + 1 WHERE id = $1', [challengeId]);
}

/**
 * Answers a challenge with the code that was sent: closed when it is right, counted when it is wrong. The
 * transaction is to be committed either way; undefined is refused after that.
 */
export async function answer(
  tx: Tx,
  crypto: Crypto,
  given: {
    challengeId: string;
    code: string;
    purposes: readonly Purpose[];
    accountId?: string | undefined;
    call: Call;
  },
): Promise<OpenChallenge | undefined> {
  const challenge = await findOpen(tx, crypto, given);
  if (challenge === undefined) return undefined;
  // Somebody else's is not even counted, or a stranger could lock it.
  if (given.accountId !== undefined && challenge.account_id !== given.accountId) return undefined;
  if (!isItsCode(crypto, challenge, given.code)) {
    const { id, purpose } = challenge;
    await countWrong(tx, id);
    const { actor, requestId } = given.call;
    await recordAudit(tx, { actor, requestId, action: 'code.refused', subject: id, details: { purpose } });
    return undefined;
  }
  await close(tx, challenge.id);
  return challenge;
}

/** Who asked for a code and what for; neither the code nor where it went. */
export async function auditCode(
  tx: Tx,
  call: Call,
  { challengeId }: Challenge,
  details: { purpose: Purpose; type: string },
): Promise<void> {
  await recordAudit(tx, { ...who(call), action: 'code.requested', subject: challengeId, details });
}

/** One refusal for all that can be wrong with a code, so that a guess teaches nothing. */
export function codeRefused(): KingaError {
  return new KingaError('CODE_REFUSED', CODE_REFUSED.message);
}

function digestOf(crypto: Crypto, challengeId: string, code: string): string {
  return crypto.digest('one-time-code', `${challengeId}:${code}`);
}
