import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { Account, identity } from '@kinga/shared/identity/contract.ts';
import type { SignInMethod } from '@kinga/shared/identity/sessions.ts';
import type { AccountActor } from '../../platform/call/actor.ts';
import type { Call } from '../../platform/call/handler.ts';
import type { Platform } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { recordAudit } from '../../platform/outbox/audit.ts';
import type { Revocations } from '../../platform/revocations/revocations.ts';
import * as accounts from './accounts.ts';
import type { LoginAttempts } from './attempts.ts';
import type { Passwords } from './password.ts';
import type { Proofs } from './second-factors/proofs.ts';
import type { GivenDevice } from './sessions/devices.ts';
import * as sessions from './sessions/sessions.ts';
import type { SignIns } from './sign-in-history/sign-ins.ts';
import { signedIn } from './signed-in.ts';
import type { AccessTokens } from './tokens.ts';
import { contactOf } from './verification/contact.ts';

type Session = OutputOf<typeof identity.login>;

const SIGN_IN_NAMES = { email: 'e-mail address', phone: 'phone number' } as const;

export interface IdentityParts {
  readonly platform: Platform;
  readonly revocations: Revocations;
  readonly passwords: Passwords;
  readonly tokens: AccessTokens;
  readonly signIns: SignIns;
  readonly attempts: LoginAttempts;
  readonly proofs: Proofs;
}

/** How somebody proved who they are, and where. */
export interface SignInBy {
  readonly method: SignInMethod;
  readonly device: GivenDevice | undefined;
}

export class IdentityService {
  readonly #platform: Platform;
  readonly #revocations: Revocations;
  readonly #passwords: Passwords;
  readonly #tokens: AccessTokens;
  readonly #signIns: SignIns;
  readonly #attempts: LoginAttempts;
  readonly #proofs: Proofs;
  readonly #logins;

  constructor(parts: IdentityParts) {
    this.#platform = parts.platform;
    this.#revocations = parts.revocations;
    this.#passwords = parts.passwords;
    this.#tokens = parts.tokens;
    this.#signIns = parts.signIns;
    this.#attempts = parts.attempts;
    this.#proofs = parts.proofs;
    this.#logins = parts.platform.metrics.counter('kinga_logins_total', 'Attempts to sign in, by outcome', [
      'outcome',
    ]);
  }

  async login(input: ParsedInputOf<typeof identity.login>, call: Call): Promise<Session> {
    const contact = contactOf(this.#platform.crypto, input);
    const name = contact.canonical;
    const how: SignInBy = { method: 'password', device: input.device };
    this.#checkAttempts(name, call.address);
    const row = await accounts.findBySignIn(this.#platform.db, contact);
    const isRight = await this.#passwords.verify(input.password, row?.password_hash ?? undefined);
    if (row === undefined || !isRight) {
      this.#attempts.failed(name, call.address);
      this.#logins.inc({ outcome: 'refused' });
      if (row !== undefined) this.#signIns.failed({ accountId: row.id, address: call.address, ...how });
      throw wrongSignIn(contact.type);
    }
    this.#attempts.succeeded(name, call.address);
    const known = { accountId: row.id, passwordHash: row.password_hash ?? undefined };
    await this.#proofs.mustNotNeed({ ...known, device: input.device }, call);
    const stillKnown = async (tx: Tx) => {
      const standing = await accounts.findStanding(tx, known);
      if (standing === undefined) throw wrongSignIn(contact.type);
      return accounts.accountOf(standing);
    };
    return await this.signIn(stillKnown, how, call);
  }

  /**
   * For somebody who has proved who they are. What the proof uses up, the session, its device, the history and
   * the audit are one transaction; FORBIDDEN for a suspended account.
   */
  async signIn(prove: (tx: Tx) => Promise<Account>, how: SignInBy, call: Call): Promise<Session> {
    const { account, session } = await this.#platform.db.transaction(async (tx) => {
      const account = await prove(tx);
      const session = await this.#signIns.open(tx, { accountId: account.id, address: call.address, ...how });
      await recordAudit(tx, {
        actor: actorOf(account, session.sessionId),
        action: 'session.opened',
        subject: session.sessionId,
        details: { method: how.method },
        requestId: call.requestId,
      });
      return { account, session };
    });
    this.#logins.inc({ outcome: 'signed-in' });
    return await this.#answer(account, session);
  }

  #checkAttempts(name: string, address: string): void {
    try {
      this.#attempts.check(name, address);
    } catch (error) {
      this.#logins.inc({ outcome: 'limited' });
      throw error;
    }
  }

  async refresh(refreshToken: string, call: Call): Promise<Session> {
    const { db, crypto } = this.#platform;
    const outcome = await db.transaction(async (tx) => {
      const rotation = await sessions.rotate(tx, { crypto, revocations: this.#revocations }, refreshToken);
      if (rotation.state === 'reused') {
        await recordAudit(tx, {
          actor: 'system',
          action: 'session.revoked',
          subject: rotation.sessionId,
          details: { why: 'refresh token reused' },
          requestId: call.requestId,
        });
      }
      if (rotation.state !== 'rotated') return rotation;
      const row = await accounts.findAccount(tx, rotation.session.accountId);
      if (row === undefined) throw new Error('a session without an account');
      return { ...rotation, account: accounts.accountOf(row) };
    });
    if (outcome.state === 'rotated') return await this.#answer(outcome.account, outcome.session);
    if (outcome.state === 'reused') {
      this.#revocations.announce({ kind: 'session', id: outcome.sessionId });
      call.log.warn({ sessionId: outcome.sessionId }, 'a used refresh token came again: session revoked');
    }
    throw new KingaError('UNAUTHENTICATED', 'The refresh token is not valid, or no longer');
  }

  /** The same account only: a socket never changes hands. */
  async renew(accessToken: string, call: Call): Promise<{ expiresAt: string }> {
    const actor = await this.authenticate(accessToken);
    if (call.actor.kind !== 'account' || call.actor.accountId !== actor.accountId) {
      throw new KingaError('FORBIDDEN', 'The access token belongs to another account');
    }
    call.rearm?.(actor);
    return { expiresAt: new Date(actor.expiresAt).toISOString() };
  }

  async logout(call: Call): Promise<void> {
    const actor = signedIn(call);
    await this.#platform.db.transaction(async (tx) => {
      await recordAudit(tx, {
        actor,
        action: 'session.closed',
        subject: actor.sessionId,
        requestId: call.requestId,
      });
      await sessions.revokeSession(tx, this.#revocations, actor.sessionId);
    });
    this.#revocations.announce({ kind: 'session', id: actor.sessionId });
  }

  async me(call: Call): Promise<Account> {
    const row = await accounts.findAccount(this.#platform.db, signedIn(call).accountId);
    if (row === undefined) throw new KingaError('NOT_FOUND', 'There is no such account');
    return accounts.accountOf(row);
  }

  async authenticate(token: string): Promise<AccountActor> {
    const actor = await this.#tokens.verify(token);
    const isRevoked =
      this.#revocations.isRevoked('session', actor.sessionId) ||
      (!this.#revocations.isFresh() && (await sessions.isSessionRevoked(this.#platform.db, actor.sessionId)));
    if (isRevoked) throw new KingaError('UNAUTHENTICATED', 'This session has ended');
    return actor;
  }

  async #answer(account: Account, session: sessions.OpenSession): Promise<Session> {
    const { token, expiresAt } = await this.#tokens.sign(actorOf(account, session.sessionId));
    return {
      accessToken: token,
      refreshToken: session.refreshToken,
      expiresAt: expiresAt.toISOString(),
      account,
    };
  }
}

function wrongSignIn(type: keyof typeof SIGN_IN_NAMES): KingaError {
  return new KingaError('UNAUTHENTICATED', `The ${SIGN_IN_NAMES[type]} or the password is wrong`);
}

function actorOf(account: Account, sessionId: string): AccountActor {
  return {
    kind: 'account',
    accountId: account.id,
    role: account.role,
    sessionId,
    operatorId: account.operatorId,
    expiresAt: 0,
  };
}
