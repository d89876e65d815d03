import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { identity } from '@kinga/shared/identity/contract.ts';
import { FACTOR_PROOF_REQUIRED } from '@kinga/shared/identity/owner-proof.ts';
import { WRONG_PASSWORD } from '@kinga/shared/identity/registration.ts';
import { z } from 'zod';
import type { Call } from '../../../platform/call/handler.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import type { OwnParts } from '../parts.ts';
import { signedIn } from '../signed-in.ts';
import { answer } from '../verification/challenges.ts';
import { contactAt } from '../verification/contact.ts';
import { Proofs } from './proofs.ts';

export type GivenOwnerProof = Pick<
  ParsedInputOf<typeof identity.addFactor>,
  'proof' | 'password' | 'contactProof'
>;

/** The hash of a password that was right; by the time it counts the account may have another. */
export interface KnownPassword {
  readonly hash: string;
}

interface Given {
  readonly given: GivenOwnerProof;
  readonly known: KnownPassword | undefined;
  readonly call: Call;
}

const contactPayload = z.object({ type: z.enum(['phone', 'email']), value: z.string() });

/** That it is the owner who adds a second factor or changes a contact, not whoever holds their session. */
export class OwnerProofs {
  readonly #parts: OwnParts;
  readonly #proofs: Proofs;

  constructor(parts: OwnParts) {
    this.#parts = parts;
    this.#proofs = new Proofs(parts.platform);
  }

  /** Outside of any transaction, because it takes its time. */
  async checkPassword(password: string | undefined, call: Call): Promise<KnownPassword | undefined> {
    if (password === undefined) return undefined;
    const { attempts, passwords, platform } = this.#parts;
    const { accountId } = signedIn(call);
    attempts.check(accountId, call.address);
    const hash = await passwordHashOf(platform.db, accountId);
    if (await passwords.verify(password, hash ?? undefined)) return hash === null ? undefined : { hash };
    attempts.failed(accountId, call.address);
    throw new KingaError('WRONG_PASSWORD', WRONG_PASSWORD.message);
  }

  /** The account is locked by the caller. False when the code was wrong, which counts once it is committed. */
  async mayAddFirst(tx: Tx, { given, known, call }: Given): Promise<boolean> {
    const { accountId, sessionId } = signedIn(call);
    const hash = await passwordHashOf(tx, accountId);
    if (hash !== null) {
      if (known?.hash !== hash) throw factorProofRequired();
      return true;
    }
    if (given.contactProof === undefined) throw factorProofRequired();
    const { crypto } = this.#parts.platform;
    const purposes = ['contact'] as const;
    const challenge = await answer(tx, crypto, { ...given.contactProof, purposes, accountId, call });
    if (challenge === undefined) return false;
    const { key } = contactAt(crypto, contactPayload.parse(challenge.payload), 'contactProof.code');
    return await wasProvedBefore(tx, { accountId, sessionId, key });
  }

  /** By a factor, if that is given; else as for the first factor, and like there. */
  async mayChangeContacts(tx: Tx, { given, known, call }: Given): Promise<boolean> {
    if (given.proof === undefined) return await this.mayAddFirst(tx, { given, known, call });
    const { accountId } = signedIn(call);
    const proved = await this.#proofs.check(tx, { ...given.proof, purpose: 'proof', accountId, call });
    return proved?.isRight === true;
  }
}

export function factorProofRequired(): KingaError {
  return new KingaError('FACTOR_PROOF_REQUIRED', FACTOR_PROOF_REQUIRED.message);
}

export async function firstNeeds(
  tx: Tx,
  accountId: string,
): Promise<OutputOf<typeof identity.listFactors>['firstNeeds']> {
  return (await passwordHashOf(tx, accountId)) === null ? 'contact' : 'password';
}

/** One proved since is perhaps that of whoever took the session over. */
async function wasProvedBefore(
  tx: Tx,
  { accountId, sessionId, key }: { accountId: string; sessionId: string; key: Buffer },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `SELECT FROM account_identifiers i JOIN sessions s ON s.account_id = i.account_id AND s.id = $2
     WHERE i.account_id = $1 AND i.key = $3 AND i.verified_at <= s.created_at + interval '1 millisecond'`,
    [accountId, sessionId, key],
  );
  return rowCount === 1;
}

async function passwordHashOf(tx: Tx, accountId: string): Promise<string | null> {
  const { rows } = await tx.query<{ password_hash: string | null }>(
    'SELECT password_hash FROM accounts WHERE id = $1',
    [accountId],
  );
  return rows[0]?.password_hash ?? null;
}
