import { conflict, invalidInput, KingaError } from '@kinga/shared/contract/errors.ts';
import { isPersonal, type ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { identity } from '@kinga/shared/identity/contract.ts';
import { WRONG_PASSWORD } from '@kinga/shared/identity/registration.ts';
import type { By } from '../../../platform/call/by.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import { removeDevices } from '../../notifications/index.ts';
import { accountKeys, findBySignIn } from '../accounts.ts';
import { tellOwner } from '../owner.ts';
import type { OwnParts } from '../parts.ts';
import { refuseCommonPassword, refuseOwnPassword } from '../password-rules.ts';
import { endTrust } from '../sessions/devices.ts';
import { revokeSessions, standingSessions } from '../sessions/sessions.ts';
import { signedIn } from '../signed-in.ts';
import {
  answer,
  auditCode,
  type Challenge,
  closeAll,
  codeRefused,
  holdItsAccount,
} from '../verification/challenges.ts';
import { type Contact, contactAt, contactOf } from '../verification/contact.ts';
import { sendCode } from '../verification/send-code.ts';
import { localeOf } from './profile.ts';

/** Much longer than the work takes: by its duration nobody learns whether there was a message to write. */
const RESET_ANSWER_MS = 150;

/** A new password for whoever forgot theirs, or wants another. */
export class OwnPasswords {
  readonly #parts: OwnParts;

  constructor(parts: OwnParts) {
    this.#parts = parts;
  }

  async requestReset(
    input: ParsedInputOf<typeof identity.requestPasswordReset>,
    call: Call,
  ): Promise<Challenge> {
    const { db, crypto } = this.#parts.platform;
    const contact = contactOf(crypto, input);
    const floor = new Promise((resolve) => setTimeout(resolve, RESET_ANSWER_MS));
    try {
      return await db.transaction(async (tx) => {
        const accountId = await this.#mayReset(tx, contact);
        const sent = await sendCode(tx, crypto, {
          purpose: 'passwordReset',
          contact,
          accountId,
          codeTo: await this.#codeTo(tx, contact, accountId),
          payload: null,
          locale: await localeOf(tx, accountId ?? ''),
          ...(accountId === undefined ? { insteadOfCode: 'nothing' as const } : {}),
          asker: this.#parts.addressKey(call.address),
        });
        await auditCode(tx, call, sent, { purpose: 'passwordReset', type: contact.type });
        return sent;
      });
    } finally {
      await floor;
    }
  }

  /**
   * Numbers are given to somebody else after a while, who would get the codes: that is no way into an account that
   * has power over others. Each of those has an e-mail address.
   */
  async #mayReset(tx: Tx, contact: Contact): Promise<string | undefined> {
    const owner = await findBySignIn(tx, contact);
    if (owner === undefined || (contact.type === 'phone' && !isPersonal(owner.role))) return undefined;
    return owner.id;
  }

  /**
   * A number's next owner would get its codes: a phone alone resets the password only of whoever has no e-mail
   * address. What goes there is counted for the phone, or the answer would tell whose the two are.
   */
  async #codeTo(tx: Tx, contact: Contact, accountId: string | undefined): Promise<Contact | undefined> {
    if (contact.type !== 'phone') return undefined;
    const { crypto } = this.#parts.platform;
    const { rows } = await tx.query<{ email: string | null; proved: Buffer | null }>(
      `SELECT email, (SELECT sealed FROM account_identifiers
                      WHERE account_id = a.id AND type = 'email' AND verified_at IS NOT NULL
                      ORDER BY verified_at, key LIMIT 1) AS proved
       FROM accounts a WHERE id = $1`,
      [accountId ?? ''],
    );
    const email = rows[0]?.email ?? (rows[0]?.proved && crypto.open(rows[0].proved));
    return email == null ? undefined : contactAt(crypto, { type: 'email', value: email }, 'phone');
  }

  async reset(input: ParsedInputOf<typeof identity.resetPassword>, call: Call): Promise<void> {
    const { attempts, passwords, platform } = this.#parts;
    const { newPassword } = input;
    refuseCommonPassword('newPassword', newPassword);
    attempts.check(input.challengeId, call.address);
    const passwordHash = await passwords.hash(newPassword);
    const ended = await platform.db.transaction(async (tx) => {
      await holdItsAccount(tx, input.challengeId);
      const challenge = await answer(tx, platform.crypto, { ...input, purposes: ['passwordReset'], call });
      const accountId = challenge?.account_id ?? undefined;
      if (accountId === undefined) return undefined;
      // Nothing of this is committed then: the code stays good for another password.
      await this.refuseOwn(tx, accountId, newPassword);
      return await this.set(tx, { accountId, passwordHash, by: call, action: 'password.reset' });
    });
    if (ended === undefined) {
      attempts.failed(input.challengeId, call.address);
      throw codeRefused();
    }
    this.announce(ended);
  }

  async change(input: ParsedInputOf<typeof identity.changePassword>, call: Call): Promise<void> {
    const { attempts, passwords, platform } = this.#parts;
    const { accountId, sessionId } = signedIn(call);
    attempts.check(accountId, call.address);
    if (input.newPassword === input.currentPassword) throw invalidInput('newPassword', 'the same as before');
    refuseCommonPassword('newPassword', input.newPassword);
    const { rows } = await platform.db.query<{ password_hash: string | null }>(
      'SELECT password_hash FROM accounts WHERE id = $1',
      [accountId],
    );
    const known = rows[0]?.password_hash ?? undefined;
    if (!(await passwords.verify(input.currentPassword, known))) {
      attempts.failed(accountId, call.address);
      throw new KingaError('WRONG_PASSWORD', WRONG_PASSWORD.message);
    }
    await this.refuseOwn(platform.db, accountId, input.newPassword);
    const passwordHash = await passwords.hash(input.newPassword);
    const ended = await platform.db.transaction((tx) =>
      this.set(tx, {
        accountId,
        passwordHash,
        by: call,
        action: 'password.changed',
        // Of two changes at once the second knows a password that is none any more.
        ...(known === undefined ? {} : { from: known }),
        keep: sessionId,
      }),
    );
    this.announce(ended);
  }

  /** What an account is known by is no password for it. */
  async refuseOwn(tx: Tx, accountId: string, newPassword: string): Promise<void> {
    const { crypto } = this.#parts.platform;
    const keys = await accountKeys(tx, accountId);
    refuseOwnPassword(crypto, { path: 'newPassword', password: newPassword, keys });
  }

  /** Gives the sessions it ended, to be announced after the commit. */
  async set(
    tx: Tx,
    change: {
      accountId: string;
      passwordHash: string;
      by: By;
      action: 'password.reset' | 'password.changed';
      from?: string;
      keep?: string;
    },
  ): Promise<string[]> {
    const { accountId, passwordHash, by, action } = change;
    const { crypto } = this.#parts.platform;
    const { rowCount } = await tx.query(
      'UPDATE accounts SET password_hash = $2 WHERE id = $1 AND ($3::text IS NULL OR password_hash = $3)',
      [accountId, passwordHash, change.from ?? null],
    );
    if (rowCount === 0) throw conflict('currentPassword', 'The password was changed at the same time');
    const keep = change.keep === undefined ? {} : { except: change.keep };
    const sessionIds = await standingSessions(tx, { accountId, ...keep });
    await endTrust(tx, accountId);
    // Whoever knew the old one is warned on them instead: it may be a stranger who changes it.
    if (action === 'password.reset') await removeDevices(tx, { accountId, by });
    await closeAll(tx, accountId, 'passwordReset');
    await closeAll(tx, accountId, 'invitation');
    await tellOwner(tx, crypto, { accountId, template: 'passwordChanged' });
    await recordAudit(tx, {
      actor: by.actor,
      ...(by.requestId === undefined ? {} : { requestId: by.requestId }),
      action,
      subject: accountId,
      details: { sessionsEnded: sessionIds.length },
    });
    return await revokeSessions(tx, this.#parts.revocations, sessionIds);
  }

  announce(sessionIds: readonly string[]): void {
    for (const id of sessionIds) this.#parts.revocations.announce({ kind: 'session', id });
  }
}
