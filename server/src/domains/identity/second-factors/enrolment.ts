import { conflict, KingaError, notFound } from '@kinga/shared/contract/errors.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { identity } from '@kinga/shared/identity/contract.ts';
import { toString as qrCode } from 'qrcode';
import { z } from 'zod';
import { who } from '../../../platform/call/by.ts';
import type { Call } from '../../../platform/call/handler.ts';
import { newId } from '../../../platform/crypto/ids.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import { holdAccount } from '../accounts.ts';
import { tellOwner } from '../owner.ts';
import type { OwnParts } from '../parts.ts';
import { endTrust } from '../sessions/devices.ts';
import { signedIn } from '../signed-in.ts';
import { answer, type Challenge, codeRefused } from '../verification/challenges.ts';
import { contactAt } from '../verification/contact.ts';
import { LIMITS, refund, spend } from '../verification/limits.ts';
import * as store from './factors.ts';
import {
  factorProofRequired,
  firstNeeds,
  type GivenOwnerProof,
  type KnownPassword,
  OwnerProofs,
} from './owner-proofs.ts';
import type { Proofs } from './proofs.ts';
import { forgetRecoveryCodes, recoveryCodesLeft, renewRecoveryCodes } from './recovery-codes.ts';
import { newTotp } from './totp.ts';

const FACTORS_MAX = 5;
const contactPayload = z.object({ type: z.enum(['phone', 'email']), value: z.string() });

/** The second factors of an account, as its owner adds and removes them. */
export class Enrolment {
  readonly #parts: OwnParts;
  readonly #proofs: Proofs;
  readonly #owners: OwnerProofs;

  constructor(parts: OwnParts, proofs: Proofs) {
    this.#parts = parts;
    this.#proofs = proofs;
    this.#owners = new OwnerProofs(parts);
  }

  async startTotp(call: Call): Promise<OutputOf<typeof identity.startTotp>> {
    const { db, crypto } = this.#parts.platform;
    const { accountId } = signedIn(call);
    const { url, factorId } = await db.transaction(async (tx) => {
      const { rows } = await tx.query<{ email: string | null }>('SELECT email FROM accounts WHERE id = $1', [
        accountId,
      ]);
      const totp = newTotp(rows[0]?.email ?? accountId);
      // One that was never confirmed is given up for the new one.
      const inserted = await tx.query<{ id: string }>(
        `INSERT INTO second_factors AS f (id, account_id, kind, secret) VALUES ($1, $2, 'totp', $3)
         ON CONFLICT (account_id) WHERE kind = 'totp'
         DO UPDATE SET id = excluded.id, secret = excluded.secret, created_at = excluded.created_at
         WHERE f.confirmed_at IS NULL RETURNING id`,
        [newId('fct'), accountId, crypto.seal(totp.secret)],
      );
      const factorId = inserted.rows[0]?.id;
      if (factorId === undefined)
        throw new KingaError('CONFLICT', 'The account has an authenticator app already');
      await recordAudit(tx, {
        ...who(call),
        action: 'factor.started',
        subject: factorId,
        details: { kind: 'totp' },
      });
      return { url: totp.url, factorId };
    });
    return { factorId, url, qrSvg: await qrCode(url, { type: 'svg' }) };
  }

  async confirmTotp(
    input: ParsedInputOf<typeof identity.confirmTotp>,
    call: Call,
  ): Promise<OutputOf<typeof identity.confirmTotp>> {
    const { db, crypto } = this.#parts.platform;
    const { accountId } = signedIn(call);
    const known = await this.#owners.checkPassword(input.password, call);
    const done = await db.transaction(async (tx) => {
      await holdAccount(tx, accountId);
      const { rows } = await tx.query<store.FactorRow>(
        `SELECT ${store.COLUMNS} FROM second_factors
         WHERE account_id = $1 AND kind = 'totp' AND confirmed_at IS NULL FOR UPDATE`,
        [accountId],
      );
      const [row] = rows;
      if (row === undefined) throw notFound('code', 'There is no authenticator app to confirm');
      if (!(await this.#mayAdd(tx, { given: input, known, call }))) return undefined;
      await spend(tx, crypto, LIMITS.secondFactor, accountId);
      if (!(await this.#proofs.takeTotp(tx, row, input.code))) return undefined;
      await refund(tx, crypto, LIMITS.secondFactor, accountId);
      await tx.query('UPDATE second_factors SET confirmed_at = clock_timestamp() WHERE id = $1', [row.id]);
      const recoveryCodes = await renewRecoveryCodes(tx, crypto, accountId);
      await this.#told(tx, { accountId, factor: row, added: true, call });
      return { factor: store.factorOf(crypto, row), recoveryCodes };
    });
    if (done === undefined) throw codeRefused();
    return done;
  }

  async add(input: ParsedInputOf<typeof identity.addFactor>, call: Call): Promise<store.Factor> {
    const { attempts, platform } = this.#parts;
    const { accountId } = signedIn(call);
    attempts.check(input.challengeId, call.address);
    const known = await this.#owners.checkPassword(input.password, call);
    const factor = await platform.db.transaction(async (tx) => {
      await holdAccount(tx, accountId);
      if (!(await this.#mayAdd(tx, { given: input, known, call }))) return undefined;
      const challenge = await answer(tx, platform.crypto, {
        ...input,
        purposes: ['factor'],
        accountId,
        call,
      });
      return challenge && (await this.#insert(tx, accountId, challenge.payload, call));
    });
    if (factor === undefined) {
      attempts.failed(input.challengeId, call.address);
      throw codeRefused();
    }
    return factor;
  }

  async list(call: Call): Promise<OutputOf<typeof identity.listFactors>> {
    const { db, crypto } = this.#parts.platform;
    const { accountId } = signedIn(call);
    const rows = await store.factorsOf(db, accountId);
    return {
      items: rows.map((row) => store.factorOf(crypto, row)),
      recoveryCodesLeft: await recoveryCodesLeft(db, accountId),
      firstNeeds: await firstNeeds(db, accountId),
    };
  }

  async challenge(factor: string, call: Call): Promise<Challenge> {
    const { accountId } = signedIn(call);
    return await this.#parts.platform.db.transaction(async (tx) => {
      const opened = await this.#proofs.open(tx, accountId);
      const sent = await this.#proofs.send(tx, { ...opened, accountId, factor });
      if (sent === 'unknown') throw notFound('factor', 'There is no such factor');
      await recordAudit(tx, {
        ...who(call),
        action: 'factor.challenged',
        subject: accountId,
        details: { sent },
      });
      return opened;
    });
  }

  async remove(input: ParsedInputOf<typeof identity.removeFactor>, call: Call): Promise<void> {
    const { attempts, platform } = this.#parts;
    const { accountId } = signedIn(call);
    attempts.check(input.challengeId, call.address);
    const isRight = await platform.db.transaction(async (tx) => {
      await holdAccount(tx, accountId);
      const proof = await this.#proofs.check(tx, { ...input, purpose: 'proof', accountId, call });
      if (proof?.isRight !== true) return false;
      const row = await store.lockFactor(tx, { accountId, factorId: input.factorId });
      if (row === undefined) throw notFound('factorId', 'There is no such factor');
      await tx.query('DELETE FROM second_factors WHERE id = $1', [row.id]);
      const left = await store.factorsOf(tx, accountId);
      if (left.length === 0) await forgetRecoveryCodes(tx, accountId);
      await this.#told(tx, { accountId, factor: row, added: false, call });
      return true;
    });
    if (isRight) return;
    attempts.failed(input.challengeId, call.address);
    throw codeRefused();
  }

  /** The account is held. False when the proof was wrong, which counts once it is committed. */
  async #mayAdd(
    tx: Tx,
    { given, known, call }: { given: GivenOwnerProof; known: KnownPassword | undefined; call: Call },
  ): Promise<boolean> {
    const { accountId } = signedIn(call);
    const factors = await store.factorsOf(tx, accountId);
    if (factors.length === 0) return await this.#owners.mayAddFirst(tx, { given, known, call });
    if (factors.length >= FACTORS_MAX) {
      throw conflict('code', `An account has ${FACTORS_MAX} second factors at most`);
    }
    if (given.proof === undefined) throw factorProofRequired();
    const proved = await this.#proofs.check(tx, { ...given.proof, purpose: 'proof', accountId, call });
    return proved?.isRight === true;
  }

  async #insert(tx: Tx, accountId: string, payload: unknown, call: Call): Promise<store.Factor> {
    const { crypto } = this.#parts.platform;
    const contact = contactAt(crypto, contactPayload.parse(payload), 'code');
    const { rows } = await tx.query<store.FactorRow>(
      `INSERT INTO second_factors (id, account_id, kind, secret, key, confirmed_at)
       VALUES ($1, $2, $3, $4, $5, clock_timestamp())
       ON CONFLICT (account_id, key) DO NOTHING RETURNING ${store.COLUMNS}`,
      [
        newId('fct'),
        accountId,
        contact.type === 'phone' ? 'sms' : 'email',
        crypto.seal(contact.canonical),
        contact.key,
      ],
    );
    const [row] = rows;
    if (row === undefined) throw conflict('code', 'This is a second factor of the account already');
    await this.#told(tx, { accountId, factor: row, added: true, call });
    return store.factorOf(crypto, row);
  }

  async #told(
    tx: Tx,
    {
      accountId,
      factor,
      added,
      call,
    }: { accountId: string; factor: store.FactorRow; added: boolean; call: Call },
  ): Promise<void> {
    const { crypto } = this.#parts.platform;
    if (added) await endTrust(tx, accountId);
    await tellOwner(tx, crypto, { accountId, template: added ? 'factorAdded' : 'factorRemoved' });
    await recordAudit(tx, {
      ...who(call),
      action: added ? 'factor.added' : 'factor.removed',
      subject: factor.id,
      details: { kind: factor.kind },
    });
  }
}
