import { invalidInput } from '@kinga/shared/contract/errors.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { identity } from '@kinga/shared/identity/contract.ts';
import { z } from 'zod';
import type { Call } from '../../../platform/call/handler.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { findBySignIn, holdAccount } from '../accounts.ts';
import type { OwnParts } from '../parts.ts';
import { refuseCommonPassword, refuseOwnPassword } from '../password-rules.ts';
import { sealedIdentifier } from '../register-seam.ts';
import { signedIn } from '../signed-in.ts';
import { answer, auditCode, type Challenge, codeRefused } from '../verification/challenges.ts';
import { contactAt, contactOf } from '../verification/contact.ts';
import type { OwnIdentifiers } from '../verification/identifiers.ts';
import { sendCode } from '../verification/send-code.ts';
import { insertNewcomer } from './newcomers.ts';
import { checkDateOfBirth, localeOf } from './profile.ts';

type RegisterInput = ParsedInputOf<typeof identity.register>;
type Answer = ParsedInputOf<typeof identity.verifyContact>;
type Verified = OutputOf<typeof identity.verifyContact>;

/** What an account is made of once its contact is proved; sealed until then. */
const applicant = z.object({
  contact: z.object({ type: z.enum(['phone', 'email']), value: z.string() }),
  passwordHash: z.string(),
  name: z.string().optional(),
  dateOfBirth: z.string().optional(),
  locale: z.enum(['en', 'sw']),
  role: z.enum(['citizen', 'operator']),
});

interface Chosen {
  readonly newPassword: string;
  readonly passwordHash: string;
}

/** People who make an account for themselves. Nothing is one before its phone or e-mail address is proved. */
export class Registration {
  readonly #parts: OwnParts;
  readonly #identifiers: OwnIdentifiers;

  constructor(parts: OwnParts, identifiers: OwnIdentifiers) {
    this.#parts = parts;
    this.#identifiers = identifiers;
  }

  /**
   * The same answer, rows and work whether or not somebody signs in with this contact already. Whoever does is
   * told so by a message, which only they can read.
   */
  async register(input: RegisterInput, call: Call): Promise<Challenge> {
    const { db, crypto } = this.#parts.platform;
    const contact = contactOf(crypto, input);
    checkDateOfBirth(input.dateOfBirth);
    refuseCommonPassword('password', input.password);
    refuseOwnPassword(crypto, { path: 'password', password: input.password, keys: [contact] });
    const { name, dateOfBirth, locale } = input;
    const passwordHash = await this.#parts.passwords.hash(input.password);
    const payload: z.input<typeof applicant> = {
      contact: { type: contact.type, value: contact.canonical },
      passwordHash,
      name,
      dateOfBirth,
      locale,
      role: input.as === 'operator' ? 'operator' : 'citizen',
    };
    return await db.transaction(async (tx) => {
      const owner = await findBySignIn(tx, contact);
      const sent = await sendCode(tx, crypto, {
        purpose: 'register',
        toldBy: input.as === 'operator' ? 'codeForOperatorAccount' : 'codeForAccount',
        contact,
        payload,
        locale,
        ...(owner === undefined ? {} : { insteadOfCode: 'accountExists' as const }),
        asker: this.#parts.addressKey(call.address),
      });
      await auditCode(tx, call, sent, { purpose: 'register', type: contact.type });
      return sent;
    });
  }

  /** A code to a contact of the caller's own; what it is for decides which procedure takes it. */
  async requestCode(input: ParsedInputOf<typeof identity.requestCode>, call: Call): Promise<Challenge> {
    const { db, crypto } = this.#parts.platform;
    const { accountId } = signedIn(call);
    const contact = contactAt(crypto, input.contact, 'contact.value');
    return await db.transaction(async (tx) => {
      if (input.purpose === 'contact') {
        await this.#identifiers.mustHave(tx, { accountId, contact, path: 'contact.value' });
      }
      const sent = await sendCode(tx, crypto, {
        purpose: input.purpose,
        contact,
        accountId,
        payload: { type: contact.type, value: contact.canonical },
        locale: await localeOf(tx, accountId),
        asker: accountId,
      });
      await auditCode(tx, call, sent, { purpose: input.purpose, type: contact.type });
      return sent;
    });
  }

  /** Anonymous for a new account; a contact of an account is proved by that account only. */
  async verifyContact(input: Answer, call: Call): Promise<Verified> {
    const { attempts, platform } = this.#parts;
    attempts.check(input.challengeId, call.address);
    const isOwn = call.actor.kind === 'account';
    const accountId = isOwn ? signedIn(call).accountId : undefined;
    const chosen = await this.#choose(input, call);
    const done = await platform.db.transaction(async (tx) => {
      if (accountId !== undefined) await holdAccount(tx, accountId);
      const purposes = isOwn ? (['contact'] as const) : (['register'] as const);
      const challenge = await answer(tx, platform.crypto, { ...input, purposes, accountId, call });
      if (challenge === undefined) return undefined;
      if (accountId === undefined)
        return await this.#makeAccount(tx, { payload: challenge.payload, chosen, call });
      const { identifier, told } = await this.#identifiers.prove(tx, { accountId, challenge, call });
      return { accountId, type: identifier.type, verifiedAt: identifier.verifiedAt, told };
    });
    if (done === undefined) {
      attempts.failed(input.challengeId, call.address);
      throw codeRefused();
    }
    await done.told();
    return { accountId: done.accountId, type: done.type, verifiedAt: done.verifiedAt };
  }

  /**
   * Whoever comes by the message with the code did not necessarily ask for it: they choose the password themselves,
   * or a stranger who asked in their name would hold the account.
   */
  async #choose({ newPassword }: Answer, { actor }: Call): Promise<Chosen | undefined> {
    if (newPassword === undefined) return undefined;
    if (actor.kind === 'account') throw invalidInput('newPassword', 'only with a new account');
    refuseCommonPassword('newPassword', newPassword);
    return { newPassword, passwordHash: await this.#parts.passwords.hash(newPassword) };
  }

  async #makeAccount(
    tx: Tx,
    { payload, chosen, call }: { payload: unknown; chosen: Chosen | undefined; call: Call },
  ): Promise<Verified & { told: () => Promise<void> }> {
    const { crypto } = this.#parts.platform;
    const { contact: given, ...rest } = applicant.parse(payload);
    const contact = contactAt(crypto, given, 'code');
    if (chosen !== undefined) {
      const { newPassword: password } = chosen;
      refuseOwnPassword(crypto, { path: 'newPassword', password, keys: [contact] });
    }
    const { accountId, verifiedAt } = await insertNewcomer(tx, crypto, {
      role: rest.role,
      contact,
      passwordHash: chosen?.passwordHash ?? rest.passwordHash,
      // Nor is it known then who said these of them; they say it on their page.
      name: chosen === undefined ? rest.name : undefined,
      dateOfBirth: chosen === undefined ? rest.dateOfBirth : undefined,
      locale: rest.locale,
      requestId: call.requestId,
    });
    const added = [sealedIdentifier(crypto, contact)];
    const { told } = await this.#parts.register().identityChanged(tx, { accountKeys: [], added });
    return { accountId, type: contact.type, verifiedAt: verifiedAt.toISOString(), told };
  }
}
