import { KingaError } from '@kinga/shared/contract/errors.ts';
import { RECOVERY, SECOND_FACTOR_REQUIRED } from '@kinga/shared/identity/second-factors.ts';
import { z } from 'zod';
import { who } from '../../../platform/call/by.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Platform } from '../../../platform/context.ts';
import { newId } from '../../../platform/crypto/ids.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import { type GivenDevice, isTrustedDevice } from '../sessions/devices.ts';
import * as challenges from '../verification/challenges.ts';
import { LIMITS, refund, spend } from '../verification/limits.ts';
import { deliver } from '../verification/send-code.ts';
import * as store from './factors.ts';
import { takeRecoveryCode } from './recovery-codes.ts';
import { stepOf } from './totp.ts';

export interface GivenProof {
  readonly challengeId: string;
  /** The id of a factor, or `recovery`. */
  readonly factor: string;
  readonly code: string;
}

/** What a challenge of a sign-in remembers: the password may be another one before the second half. */
const firstFactor = z.object({ passwordHash: z.string().optional() });

interface FirstFactor {
  /** Of the password that was right; undefined: they came by way of a provider. */
  readonly passwordHash: string | undefined;
}

/** To prove by a second factor that somebody is who they say. */
export class Proofs {
  readonly #platform: Platform;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /**
   * Of somebody whose first factor was right: SECOND_FACTOR_REQUIRED with a challenge when the account has a
   * second one and the device is not trusted.
   */
  async mustNotNeed(
    first: FirstFactor & { accountId: string; device: GivenDevice | undefined },
    call: Call,
  ): Promise<void> {
    const { db, crypto } = this.#platform;
    const { accountId, device, passwordHash } = first;
    const rows = await store.factorsOf(db, accountId);
    if (rows.length === 0 || (await isTrustedDevice(db, crypto, { accountId, device }))) return;
    const { challengeId } = await db.transaction(async (tx) => {
      const opened = await this.#open(tx, accountId, 'login', { passwordHash });
      await recordAudit(tx, {
        ...who(call),
        action: 'secondFactor.required',
        subject: accountId,
        details: { challengeId: opened.challengeId },
      });
      return opened;
    });
    const factors = rows.map((row) => store.factorOf(crypto, row));
    throw new KingaError('SECOND_FACTOR_REQUIRED', SECOND_FACTOR_REQUIRED.message, {
      details: [
        { path: 'challengeId', message: challengeId },
        ...factors.flatMap(({ id, kind, hint }, index) => [
          { path: `factors[${index}].id`, message: id },
          { path: `factors[${index}].kind`, message: kind },
          { path: `factors[${index}].hint`, message: hint },
        ]),
      ],
    });
  }

  /** For somebody who is signed in. */
  open(tx: Tx, accountId: string): Promise<challenges.Challenge> {
    return this.#open(tx, accountId, 'proof', {});
  }

  /** Several may be open at once: signing in on one device does not disturb another. */
  #open(
    tx: Tx,
    accountId: string,
    purpose: 'login' | 'proof',
    payload: z.input<typeof firstFactor>,
  ): Promise<challenges.Challenge> {
    const about = newId('abt');
    return challenges.openChallenge(tx, this.#platform.crypto, { purpose, about, accountId, payload });
  }

  /** Sends the code of an SMS or e-mail factor; nothing for the ones that make their own. */
  async send(
    tx: Tx,
    given: { challengeId: string; accountId: string; factor: string },
  ): Promise<'sent' | 'needless' | 'unknown'> {
    const { crypto } = this.#platform;
    const { accountId, challengeId } = given;
    if (given.factor === RECOVERY) return 'needless';
    const row = await store.lockFactor(tx, { accountId, factorId: given.factor });
    if (row === undefined) return 'unknown';
    const contact = store.contactOfFactor(crypto, row);
    if (contact === undefined) return 'needless';
    await spend(tx, crypto, LIMITS.codesPerFactor, row.id);
    const code = await challenges.giveCode(tx, crypto, challengeId);
    const { rows } = await tx.query<{ locale: 'en' | 'sw' }>('SELECT locale FROM accounts WHERE id = $1', [
      accountId,
    ]);
    await deliver(tx, crypto, {
      type: contact.type,
      to: contact.canonical,
      template: 'code',
      data: { code },
      locale: rows[0]?.locale ?? 'en',
      accountId,
    });
    return 'sent';
  }

  /** The transaction is to be committed whether it was right or not: a wrong one counts. */
  async check(
    tx: Tx,
    given: GivenProof & { purpose: 'login' | 'proof'; accountId?: string; call: Call },
  ): Promise<(FirstFactor & { accountId: string; isRight: boolean }) | undefined> {
    const { crypto } = this.#platform;
    const { challengeId, purpose } = given;
    const challenge = await challenges.findOpen(tx, crypto, { challengeId, purposes: [purpose] });
    const accountId = challenge?.account_id ?? undefined;
    if (challenge === undefined || accountId === undefined) return undefined;
    if (given.accountId !== undefined && given.accountId !== accountId) return undefined;
    await spend(tx, crypto, LIMITS.secondFactor, accountId);
    const isRight = await this.#isRight(tx, { ...given, accountId, challenge });
    if (isRight) {
      await refund(tx, crypto, LIMITS.secondFactor, accountId);
      await challenges.close(tx, challengeId);
    } else {
      await challenges.countWrong(tx, challengeId);
    }
    await recordAudit(tx, {
      actor: given.call.actor,
      requestId: given.call.requestId,
      action: isRight ? 'secondFactor.proved' : 'secondFactor.refused',
      subject: accountId,
      details: { purpose, factor: given.factor === RECOVERY ? RECOVERY : 'own' },
    });
    const { passwordHash } = firstFactor.parse(challenge.payload);
    return { accountId, isRight, passwordHash };
  }

  async #isRight(
    tx: Tx,
    given: GivenProof & { accountId: string; challenge: challenges.OpenChallenge },
  ): Promise<boolean> {
    const { crypto } = this.#platform;
    const { accountId, challenge, code } = given;
    if (given.factor === RECOVERY) return await takeRecoveryCode(tx, crypto, { accountId, code });
    const row = await store.lockFactor(tx, { accountId, factorId: given.factor });
    if (row === undefined) return false;
    if (row.kind !== 'totp') return challenges.isItsCode(crypto, challenge, code);
    return await this.takeTotp(tx, row, code);
  }

  /** Each code once, and none older than the last one taken. The row is locked by the caller. */
  async takeTotp(tx: Tx, row: store.FactorRow, code: string): Promise<boolean> {
    const secret = this.#platform.crypto.open(row.secret);
    const step = stepOf(secret, code, await store.databaseNowMs(tx));
    if (step === undefined || (row.last_step !== null && step <= Number(row.last_step))) return false;
    await tx.query('UPDATE second_factors SET last_step = $2 WHERE id = $1', [row.id, step]);
    return true;
  }
}
