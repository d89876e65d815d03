import type { ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { Account, identity } from '@kinga/shared/identity/contract.ts';
import { who } from '../../../platform/call/by.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import { accountOf, findStanding } from '../accounts.ts';
import type { OwnParts } from '../parts.ts';
import type { SignIns } from '../sign-in-history/sign-ins.ts';
import { type Challenge, codeRefused, findOpen } from '../verification/challenges.ts';
import type { Proofs } from './proofs.ts';

/** The second half of a sign-in. */
export class LoginSecondHalf {
  readonly #parts: OwnParts;
  readonly #proofs: Proofs;
  readonly #signIns: SignIns;

  constructor(parts: OwnParts, proofs: Proofs, signIns: SignIns) {
    this.#parts = parts;
    this.#proofs = proofs;
    this.#signIns = signIns;
  }

  async sendCode(input: ParsedInputOf<typeof identity.sendLoginCode>, call: Call): Promise<Challenge> {
    const { attempts, platform } = this.#parts;
    const { challengeId, factor } = input;
    attempts.check(challengeId, call.address);
    const sent = await platform.db.transaction(async (tx) => {
      const wanted = { challengeId, purposes: ['login'] as const };
      const challenge = await findOpen(tx, platform.crypto, wanted);
      const accountId = challenge?.account_id ?? undefined;
      if (challenge === undefined || accountId === undefined) return undefined;
      const outcome = await this.#proofs.send(tx, { challengeId, accountId, factor });
      if (outcome === 'unknown') return undefined;
      const details = { purpose: 'login', sent: outcome };
      await recordAudit(tx, { ...who(call), action: 'code.requested', subject: challengeId, details });
      return { challengeId, expiresAt: challenge.expires_at.toISOString() };
    });
    if (sent !== undefined) return sent;
    attempts.failed(challengeId, call.address);
    throw codeRefused();
  }

  /** Whose sign-in the code has finished, as is to be found out in the transaction of the session. */
  async finish(
    input: ParsedInputOf<typeof identity.completeLogin>,
    call: Call,
  ): Promise<(tx: Tx) => Promise<Account>> {
    const { attempts, platform } = this.#parts;
    attempts.check(input.challengeId, call.address);
    const { db } = platform;
    const proof = await db.transaction((tx) => this.#proofs.check(tx, { ...input, purpose: 'login', call }));
    if (proof?.isRight !== true) {
      attempts.failed(input.challengeId, call.address);
      if (proof !== undefined) {
        const { address } = call;
        const { accountId } = proof;
        this.#signIns.failed({ accountId, address, method: 'secondFactor', device: input.device });
      }
      throw codeRefused();
    }
    return async (tx) => {
      const row = await findStanding(tx, proof);
      if (row === undefined) throw codeRefused();
      return accountOf(row);
    };
  }
}
