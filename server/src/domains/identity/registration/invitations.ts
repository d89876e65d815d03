import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { identity } from '@kinga/shared/identity/contract.ts';
import { z } from 'zod';
import { who } from '../../../platform/call/by.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import { joinOperator, takeInvitation } from '../operator-staff.ts';
import type { OwnParts } from '../parts.ts';
import { refuseCommonPassword, refuseOwnPassword } from '../password-rules.ts';
import { sealedIdentifier } from '../register-seam.ts';
import { answer, codeRefused, holdItsAccount, type OpenChallenge } from '../verification/challenges.ts';
import { contactAt } from '../verification/contact.ts';
import { insertNewcomer } from './newcomers.ts';
import type { OwnPasswords } from './passwords.ts';

/** What somebody was invited to; sealed until they answer. */
export const invitation = z.object({
  email: z.string(),
  /** Whose staff they become; absent: an administrator made their account already. */
  operatorId: z.string().optional(),
  locale: z.enum(['en', 'sw']),
});
export type Invitation = z.output<typeof invitation>;

type Input = ParsedInputOf<typeof identity.acceptInvitation>;

interface Chosen {
  readonly newPassword: string;
  readonly passwordHash: string;
  readonly call: Call;
}

interface Accepted {
  readonly accountId: string;
  readonly email: string;
  /** After the commit. */
  readonly told: () => Promise<void>;
}

/** Whoever was invited chooses their own password; nobody else has ever known it. */
export class Invitations {
  readonly #parts: OwnParts;
  readonly #passwords: OwnPasswords;

  constructor(parts: OwnParts, passwords: OwnPasswords) {
    this.#parts = parts;
    this.#passwords = passwords;
  }

  async accept(input: Input, call: Call): Promise<OutputOf<typeof identity.acceptInvitation>> {
    const { attempts, passwords, platform } = this.#parts;
    const { newPassword } = input;
    refuseCommonPassword('newPassword', newPassword);
    attempts.check(input.challengeId, call.address);
    const passwordHash = await passwords.hash(newPassword);
    const accepted = await platform.db.transaction(async (tx) => {
      await holdItsAccount(tx, input.challengeId);
      const challenge = await answer(tx, platform.crypto, { ...input, purposes: ['invitation'], call });
      return challenge && (await this.#take(tx, { challenge, newPassword, passwordHash, call }));
    });
    if (accepted === undefined) {
      attempts.failed(input.challengeId, call.address);
      throw codeRefused();
    }
    await accepted.told();
    return { accountId: accepted.accountId, email: accepted.email };
  }

  /** Undefined: it was taken back. */
  async #take(tx: Tx, given: Chosen & { challenge: OpenChallenge }): Promise<Accepted | undefined> {
    const { challenge, newPassword, passwordHash, call } = given;
    const invited = invitation.parse(challenge.payload);
    const { email, operatorId } = invited;
    if (operatorId !== undefined && !(await takeInvitation(tx, { id: challenge.id, operatorId }))) {
      return undefined;
    }
    if (challenge.account_id === null) return await this.#makeAccount(tx, { ...given, invited });
    const accountId = challenge.account_id;
    await this.#passwords.refuseOwn(tx, accountId, newPassword);
    if (operatorId !== undefined) await joinOperator(tx, { accountId, operatorId, path: 'code' });
    await this.#audit(tx, { accountId, operatorId, call });
    const change = { accountId, passwordHash, by: call, action: 'password.reset' } as const;
    const ended = await this.#passwords.set(tx, change);
    return { accountId, email, told: async () => this.#passwords.announce(ended) };
  }

  async #makeAccount(
    tx: Tx,
    { invited, newPassword, passwordHash, call }: Chosen & { invited: Invitation },
  ): Promise<Accepted> {
    const { crypto } = this.#parts.platform;
    const { email, operatorId, locale } = invited;
    if (operatorId === undefined) throw new KingaError('INTERNAL', 'an invitation to nothing');
    const contact = contactAt(crypto, { type: 'email', value: email }, 'code');
    refuseOwnPassword(crypto, { path: 'newPassword', password: newPassword, keys: [contact] });
    const { accountId } = await insertNewcomer(tx, crypto, {
      ...{ contact, passwordHash, operatorId, locale, role: 'operator' },
      ...{ name: undefined, dateOfBirth: undefined, requestId: call.requestId },
    });
    await this.#audit(tx, { accountId, operatorId, call });
    const added = [sealedIdentifier(crypto, contact)];
    const { told } = await this.#parts.register().identityChanged(tx, { accountKeys: [], added });
    return { accountId, email, told };
  }

  async #audit(
    tx: Tx,
    { accountId, operatorId, call }: { accountId: string; operatorId: string | undefined; call: Call },
  ): Promise<void> {
    await recordAudit(tx, {
      ...who(call),
      action: 'invitation.accepted',
      subject: accountId,
      details: { operatorId: operatorId ?? null },
    });
  }
}
