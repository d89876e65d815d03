import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { SignInMethod } from '@kinga/shared/identity/sessions.ts';
import type { Platform } from '../../../platform/context.ts';
import { newId } from '../../../platform/crypto/ids.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { networkOf } from '../../../platform/http/addresses.ts';
import type { Service } from '../../../platform/lifecycle/service.ts';
import { type GivenDevice, seeDevice } from '../sessions/devices.ts';
import { type OpenSession, openSession } from '../sessions/sessions.ts';
import { tellOwner } from './new-device.ts';

/** Somebody who says they are this account, and how. */
export interface SignIn {
  readonly accountId: string;
  readonly method: SignInMethod;
  readonly address: string;
  readonly device: GivenDevice | undefined;
}

type Outcome = 'succeeded' | 'failed' | 'suspended';

/** Also of a device that has not been seen since. */
const KEPT_DAYS = 400;
/** Notes on their way; beyond that many the database has more pressing things to do. */
const NOTING_MAX = 1_000;

/** Every sign-in to a known account, and every attempt at one. */
export class SignIns implements Service {
  readonly name = 'sign-ins';
  readonly #platform: Platform;
  readonly #noting = new Set<Promise<void>>();

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /**
   * In the transaction of whoever has found out who it is. The account is held until the commit, so that one
   * being suspended at this moment gets no session that would outlive it.
   */
  async open(tx: Tx, signIn: SignIn): Promise<OpenSession> {
    const { crypto } = this.#platform;
    const { rows } = await tx.query<{ suspended: boolean }>(
      'SELECT suspended_at IS NOT NULL AS suspended FROM accounts WHERE id = $1 FOR SHARE',
      [signIn.accountId],
    );
    if (rows[0]?.suspended !== false) {
      this.#note(signIn, 'suspended');
      throw new KingaError('FORBIDDEN', 'This account is suspended');
    }
    const hadSignedIn = await tx.query(
      `SELECT FROM sign_ins WHERE account_id = $1 AND outcome = 'succeeded' LIMIT 1`,
      [signIn.accountId],
    );
    await tx.query(
      `DELETE FROM devices
       WHERE account_id = $1 AND last_seen_at < statement_timestamp() - make_interval(days => $2)`,
      [signIn.accountId, KEPT_DAYS],
    );
    const device = await seeDevice(tx, crypto, signIn);
    await insertSignIn(tx, { signIn, outcome: 'succeeded', deviceId: device.id });
    if (device.isNew && hadSignedIn.rowCount > 0) await tellOwner(tx, crypto, signIn);
    const { accountId, method, address } = signIn;
    return await openSession(tx, crypto, {
      accountId,
      method,
      network: networkOf(address),
      deviceId: device.id,
    });
  }

  /** Nobody waits for it: an answer that took longer would tell that there is such an account. */
  failed(signIn: SignIn): void {
    this.#note(signIn, 'failed');
  }

  async stop(): Promise<void> {
    await Promise.all(this.#noting);
  }

  #note(signIn: SignIn, outcome: Outcome): void {
    if (this.#noting.size >= NOTING_MAX) return;
    const noting = insertSignIn(this.#platform.db, { signIn, outcome, deviceId: null })
      .catch((error: unknown) => {
        this.#platform.log.warn({ err: error, outcome }, 'an attempt to sign in was not noted');
      })
      .finally(() => this.#noting.delete(noting));
    this.#noting.add(noting);
  }
}

async function insertSignIn(
  tx: Tx,
  { signIn, outcome, deviceId }: { signIn: SignIn; outcome: Outcome; deviceId: string | null },
): Promise<void> {
  const { accountId, method, address } = signIn;
  await tx.query(
    `DELETE FROM sign_ins WHERE account_id = $1 AND at < statement_timestamp() - make_interval(days => $2)`,
    [accountId, KEPT_DAYS],
  );
  await tx.query(
    `INSERT INTO sign_ins (id, account_id, outcome, method, device_id, network)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [newId('sgn'), accountId, outcome, method, deviceId, networkOf(address) ?? null],
  );
}
