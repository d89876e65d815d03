import { invalidInput } from '@kinga/shared/contract/errors.ts';
import type { MadeAccount } from '@kinga/shared/identity/contract.ts';
import { actorName } from '../../platform/call/actor.ts';
import type { By } from '../../platform/call/by.ts';
import type { Call } from '../../platform/call/handler.ts';
import { idempotent } from '../../platform/call/idempotency.ts';
import { ADVISORY_LOCKS } from '../../platform/db/advisory-locks.ts';
import type { Tx } from '../../platform/db/tx.ts';
import * as accounts from './accounts.ts';
import type { OwnParts } from './parts.ts';
import { refuseCommonPassword, refuseOwnPassword } from './password-rules.ts';
import { sealedIdentifier } from './register-seam.ts';
import type { Invitation } from './registration/invitations.ts';
import { contactAt } from './verification/contact.ts';
import { sendCode } from './verification/send-code.ts';

/** Of nodes that start at once, one creates the administrator. */
const ADMINISTRATOR_LOCK = ADVISORY_LOCKS.administrator;

/** Without a password an invitation goes to the e-mail address. */
type NewAccount = accounts.NewAccount & { readonly password?: string | undefined };

/** Accounts that somebody makes for somebody else; citizens come by themselves. */
export class NewAccounts {
  readonly #parts: OwnParts;

  constructor(parts: OwnParts) {
    this.#parts = parts;
  }

  create(input: NewAccount, by: By): Promise<MadeAccount> {
    return this.#create(input, by, (_tx, insert) => insert());
  }

  createByCall(input: NewAccount, call: Call): Promise<MadeAccount> {
    const { crypto } = this.#parts.platform;
    return this.#create(input, call, (tx, insert) => idempotent(tx, crypto, { call, input }, insert));
  }

  async #create(
    input: NewAccount,
    by: By,
    effect: (tx: Tx, insert: () => Promise<MadeAccount>) => Promise<MadeAccount>,
  ): Promise<MadeAccount> {
    if (input.operatorId !== undefined && input.role !== 'operator') {
      throw invalidInput('operatorId', 'only for accounts with the role operator');
    }
    const { db, crypto } = this.#parts.platform;
    const identifiers = accounts.identifiersOf(crypto, input);
    const { password } = input;
    if (password !== undefined) {
      refuseCommonPassword('password', password);
      refuseOwnPassword(crypto, { path: 'password', password, keys: identifiers });
    }
    const passwordHash = password === undefined ? null : await this.#parts.passwords.hash(password);
    const { account, told } = await db.transaction(async (tx) => {
      let told = async () => {};
      const account = await effect(tx, async () => {
        const inserted = await accounts.insertAccount(tx, crypto, { input, passwordHash, identifiers, by });
        if (passwordHash === null) await this.#invite(tx, inserted, by);
        // Somebody excluded who opens an account anew is excluded under all that it is known by.
        const added = identifiers.map((identifier) => sealedIdentifier(crypto, identifier));
        ({ told } = await this.#parts.register().identityChanged(tx, { accountKeys: [], added }));
        return inserted;
      });
      return { account, told };
    });
    await told();
    return account;
  }

  async #invite(tx: Tx, { id: accountId, email }: MadeAccount, { actor }: By): Promise<void> {
    const { crypto } = this.#parts.platform;
    const payload: Invitation = { email, locale: 'en' };
    await sendCode(tx, crypto, {
      ...{ purpose: 'invitation', accountId, payload, locale: 'en', invitedBy: 'Kinga' },
      contact: contactAt(crypto, { type: 'email', value: email }, 'email'),
      asker: actor === 'system' ? undefined : actorName(actor),
    });
  }

  async ensureAdministrator(): Promise<void> {
    const { config, db, crypto } = this.#parts.platform;
    if (config.admin === undefined || (await accounts.administratorExists(db))) return;
    const input: accounts.NewAccount = { email: config.admin.email, role: 'admin' };
    const identifiers = accounts.identifiersOf(crypto, input);
    const { password } = config.admin;
    refuseCommonPassword('ADMIN_PASSWORD', password);
    refuseOwnPassword(crypto, { path: 'ADMIN_PASSWORD', password, keys: identifiers });
    // Before the transaction: PostgreSQL ends one that idles.
    const passwordHash = await this.#parts.passwords.hash(password);
    await db.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [ADMINISTRATOR_LOCK]);
      if (await accounts.administratorExists(tx)) return;
      if ((await accounts.findByEmail(tx, input.email)) !== undefined) {
        throw new Error('ADMIN_EMAIL: this account exists and is not an administrator');
      }
      const by: By = { actor: 'system' };
      await accounts.insertAccount(tx, crypto, { input, passwordHash, identifiers, by });
    });
  }
}
