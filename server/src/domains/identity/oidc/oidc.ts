import { conflict, KingaError } from '@kinga/shared/contract/errors.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { Account, identity } from '@kinga/shared/identity/contract.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Platform } from '../../../platform/context.ts';
import { isUniqueViolation } from '../../../platform/db/errors.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import { accountOf, findAccount, findStanding } from '../accounts.ts';
import { type RegisterSeam, sealedIdentifier } from '../register-seam.ts';
import { insertNewcomer } from '../registration/newcomers.ts';
import type { Proofs } from '../second-factors/proofs.ts';
import type { IdentityService } from '../service.ts';
import { signedIn } from '../signed-in.ts';
import { contactAt } from '../verification/contact.ts';
import { type Arrival, type Held, linkedAccount, type OidcCodes } from './codes.ts';

type Session = OutputOf<typeof identity.exchangeOidcCode>;

export interface OidcParts {
  readonly platform: Platform;
  readonly codes: OidcCodes;
  readonly service: Pick<IdentityService, 'signIn'>;
  readonly proofs: Proofs;
  register(): RegisterSeam;
}

/**
 * Signing in with an account elsewhere. Issuer and subject are the lasting link; an e-mail address only finds the
 * account of ours to ask about, and its owner joins the two by signing in to it once.
 */
export class OidcSignIn {
  readonly #parts: OidcParts;

  constructor(parts: OidcParts) {
    this.#parts = parts;
  }

  async exchange(input: ParsedInputOf<typeof identity.exchangeOidcCode>, call: Call): Promise<Session> {
    const { platform, proofs, service } = this.#parts;
    const { device } = input;
    const known = await platform.db.transaction((tx) => this.#known(tx, input));
    if (known === undefined) return await this.#welcome(input, call);
    await proofs.mustNotNeed({ accountId: known.id, passwordHash: undefined, device }, call);
    // As it is by now: a role that was taken away since gives no token.
    const standing = (tx: Tx) => mustHold(tx, known.id);
    return await service.signIn(standing, { method: 'provider', device }, call);
  }

  async link(arrival: Arrival, call: Call): Promise<OutputOf<typeof identity.linkOidc>> {
    const actor = signedIn(call);
    return await this.#parts.platform.db.transaction(async (tx) => {
      const held = await this.#parts.codes.hold(tx, arrival);
      if (held === undefined || !held.linkOnly) throw noSuchCode();
      const owners = await this.#knownBy(tx, held);
      if (!owners.includes(actor.accountId)) {
        throw conflict('code', 'The provider’s account has another e-mail address than this one');
      }
      await mustHaveSignedInSince(tx, actor.sessionId, held.createdAt);
      const linkedAt = await insertLink(tx, actor.accountId, held);
      await this.#parts.codes.use(tx, held);
      const { requestId } = call;
      await recordAudit(tx, { actor, requestId, action: 'account.linked', subject: actor.accountId });
      return { issuer: held.claims.issuer, linkedAt: linkedAt.toISOString() };
    });
  }

  async unlink(call: Call): Promise<{ unlinked: number }> {
    const actor = signedIn(call);
    const { accountId } = actor;
    return await this.#parts.platform.db.transaction(async (tx) => {
      const { rowCount } = await tx.query(
        'SELECT FROM accounts WHERE id = $1 AND password_hash IS NOT NULL FOR UPDATE',
        [accountId],
      );
      if (rowCount === 0)
        throw new KingaError('CONFLICT', 'Without a password nobody could sign in any more');
      const gone = await tx.query('DELETE FROM oidc_links WHERE account_id = $1', [accountId]);
      if (gone.rowCount > 0) {
        const { requestId } = call;
        await recordAudit(tx, { actor, requestId, action: 'account.unlinked', subject: accountId });
      }
      return { unlinked: gone.rowCount };
    });
  }

  /** The code is used up by an account that is linked; without one it is left as it is. */
  async #known(tx: Tx, arrival: Arrival): Promise<Account | undefined> {
    const { codes } = this.#parts;
    const held = await codes.hold(tx, arrival);
    if (held === undefined) throw noSuchCode();
    const accountId = held.linkOnly ? undefined : await linkedAccount(tx, held.claims);
    if (accountId === undefined) return undefined;
    await codes.use(tx, held);
    return await mustFind(tx, accountId);
  }

  async #welcome(
    { device, ...arrival }: ParsedInputOf<typeof identity.exchangeOidcCode>,
    call: Call,
  ): Promise<Session> {
    const { codes, service } = this.#parts;
    let told = async () => {};
    const register = async (tx: Tx) => {
      const held = await codes.hold(tx, arrival);
      if (held === undefined) throw noSuchCode();
      const newcomer = await this.#newcomer(tx, held, call);
      await codes.use(tx, held);
      told = newcomer.told;
      return newcomer.account;
    };
    try {
      const session = await service.signIn(register, { method: 'provider', device }, call);
      await told();
      return session;
    } catch (error) {
      if (error instanceof KingaError && error.code === 'LINK_REQUIRED')
        await codes.keepForLink(arrival.code);
      throw error;
    }
  }

  /** A citizen who is new here. Somebody we know by this address has to say so themselves first. */
  async #newcomer(tx: Tx, held: Held, call: Call): Promise<{ account: Account; told: () => Promise<void> }> {
    const { platform, register } = this.#parts;
    const { email } = held.claims;
    if (email === undefined) throw noSuchCode();
    if (held.linkOnly || (await this.#knownBy(tx, held)).length > 0) {
      throw new KingaError('LINK_REQUIRED', 'Sign in to your account here first, then join the two');
    }
    const contact = contactAt(platform.crypto, { type: 'email', value: email }, 'code');
    const { accountId } = await insertNewcomer(tx, platform.crypto, {
      role: 'citizen',
      contact,
      passwordHash: null,
      name: undefined,
      dateOfBirth: undefined,
      locale: 'en',
      requestId: call.requestId,
    });
    await insertLink(tx, accountId, held);
    const added = [sealedIdentifier(platform.crypto, contact)];
    const { told } = await register().identityChanged(tx, { accountKeys: [], added });
    return { account: await mustFind(tx, accountId), told };
  }

  /** The accounts that sign in with the provider's address, or have proved that it is theirs. */
  async #knownBy(tx: Tx, { claims }: Held): Promise<string[]> {
    if (claims.email === undefined) return [];
    const { crypto } = this.#parts.platform;
    const { canonical, key } = contactAt(crypto, { type: 'email', value: claims.email }, 'code');
    const { rows } = await tx.query<{ id: string }>(
      `SELECT id FROM accounts WHERE email = $1
       UNION SELECT account_id FROM account_identifiers WHERE key = $2 AND verified_at IS NOT NULL`,
      [canonical, key],
    );
    return rows.map((row) => row.id);
  }
}

async function mustFind(tx: Tx, accountId: string): Promise<Account> {
  const row = await findAccount(tx, accountId);
  if (row === undefined) throw new Error('a link without an account');
  return accountOf(row);
}

async function mustHold(tx: Tx, accountId: string): Promise<Account> {
  const row = await findStanding(tx, { accountId, passwordHash: undefined });
  if (row === undefined) throw new Error('a link without an account');
  return accountOf(row);
}

/** By something of ours, not by a provider: that is what confirms the link. */
async function mustHaveSignedInSince(tx: Tx, sessionId: string, since: Date): Promise<void> {
  const { rowCount } = await tx.query(
    `SELECT FROM sessions WHERE id = $1 AND method <> 'provider' AND created_at >= $2`,
    [sessionId, since],
  );
  if (rowCount === 0) throw conflict('code', 'Sign in with your password first, then join the two');
}

async function insertLink(tx: Tx, accountId: string, { claims }: Held): Promise<Date> {
  try {
    const { rows } = await tx.query<{ linked_at: Date }>(
      'INSERT INTO oidc_links (issuer, subject, account_id) VALUES ($1, $2, $3) RETURNING linked_at',
      [claims.issuer, claims.subject, accountId],
    );
    const [row] = rows;
    if (row === undefined) throw new Error('INSERT returned no link');
    return row.linked_at;
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw conflict('code', 'One of the two accounts is joined to another already', error);
  }
}

function noSuchCode(): KingaError {
  return new KingaError('UNAUTHENTICATED', 'The code is not valid, or no longer');
}
