import { invalidInput, KingaError, notFound } from '@kinga/shared/contract/errors.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { identity } from '@kinga/shared/identity/contract.ts';
import type { SignInMethod } from '@kinga/shared/identity/sessions.ts';
import type { AccountActor } from '../../../platform/call/actor.ts';
import { beforeId } from '../../../platform/call/cursor.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Platform } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import { isStrong } from '../../identifiers/index.ts';
import { accountKeys } from '../accounts.ts';
import { PAGE_ROWS, pageOf } from '../page.ts';
import type { RegisterSeam } from '../register-seam.ts';
import { deviceRefOf } from '../sessions/devices.ts';
import { signedIn } from '../signed-in.ts';

type Asked = ParsedInputOf<typeof identity.loginHistory>;

interface SignInRow {
  readonly id: string;
  readonly at: Date;
  readonly outcome: 'succeeded' | 'failed' | 'suspended';
  readonly method: SignInMethod;
  readonly network: string | null;
  readonly device_id: string | null;
  readonly device_name: Buffer | null;
}

interface AuditRow {
  readonly id: string;
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
}

export interface AccountHistoryDeps {
  mayReadAccounts(actor: AccountActor): boolean;
  register(): Pick<RegisterSeam, 'recordsOf'>;
}

/** What happened to an account: for its owner, and for the staff who may read accounts. */
export class AccountHistory {
  readonly #platform: Platform;
  readonly #deps: AccountHistoryDeps;

  constructor(platform: Platform, deps: AccountHistoryDeps) {
    this.#platform = platform;
    this.#deps = deps;
  }

  async signIns(input: Asked, call: Call): Promise<OutputOf<typeof identity.loginHistory>> {
    const rows = await this.#read(input, call, async (tx, accountId) => {
      const found = await tx.query<SignInRow>(
        `SELECT s.id, s.at, s.outcome, s.method, s.network, s.device_id, d.name AS device_name
           FROM sign_ins s LEFT JOIN devices d ON d.id = s.device_id
          WHERE s.account_id = $1 AND ($2::text IS NULL OR s.id < $2)
          ORDER BY s.id DESC LIMIT ${PAGE_ROWS}`,
        [accountId, beforeId('sgn', input.cursor)],
      );
      return found.rows;
    });
    return pageOf(rows, (row) => ({
      at: row.at.toISOString(),
      outcome: row.outcome,
      method: row.method,
      device: deviceRefOf(this.#platform.crypto, row),
      network: row.network,
    }));
  }

  async activity(input: Asked, call: Call): Promise<OutputOf<typeof identity.activity>> {
    const before = positionOf(input.cursor);
    const own = `account:${input.accountId ?? signedIn(call).accountId}`;
    const rows = await this.#read(input, call, async (tx, accountId) => {
      const subjects = [
        accountId,
        ...(await this.#deps.register().recordsOf(tx, await strongKeys(tx, accountId))),
      ];
      // Two index scans that end early; asked with OR, PostgreSQL would read all there is and sort it.
      const found = await tx.query<AuditRow>(
        `(SELECT id, at, actor, action, subject FROM audit_log WHERE actor = $1 AND id < $3
           ORDER BY id DESC LIMIT ${PAGE_ROWS})
         UNION ALL
         (SELECT id, at, actor, action, subject FROM audit_log WHERE subject = ANY($2) AND actor <> $1 AND id < $3
           ORDER BY id DESC LIMIT ${PAGE_ROWS})
         ORDER BY id DESC LIMIT ${PAGE_ROWS}`,
        [own, subjects, before],
      );
      return found.rows;
    });
    return pageOf(rows, (row) => ({
      at: row.at.toISOString(),
      action: row.action,
      subject: row.subject,
      ...byOf(row.actor, own),
    }));
  }

  /** Somebody else's only for staff, and then it is part of that account's activity. */
  async #read<TRow>(
    { accountId }: Asked,
    call: Call,
    find: (tx: Tx, accountId: string) => Promise<TRow[]>,
  ): Promise<TRow[]> {
    const actor = signedIn(call);
    const { db } = this.#platform;
    if (accountId === undefined || accountId === actor.accountId) return await find(db, actor.accountId);
    if (!this.#deps.mayReadAccounts(actor)) throw new KingaError('FORBIDDEN', 'Not for this role or scope');
    return await db.transaction(async (tx) => {
      const { rowCount } = await tx.query('SELECT FROM accounts WHERE id = $1', [accountId]);
      if (rowCount === 0) throw notFound('accountId', 'There is no such account');
      const { requestId, procedure } = call;
      const details = { procedure };
      await recordAudit(tx, { actor, requestId, action: 'account.read', subject: accountId, details });
      return await find(tx, accountId);
    });
  }
}

/** A phone or an e-mail address may be on somebody else's record as well. */
async function strongKeys(tx: Tx, accountId: string): Promise<Buffer[]> {
  const keys = await accountKeys(tx, accountId);
  return keys.filter(({ type }) => isStrong(type)).map(({ key }) => key);
}

/** Before everything there is, unless a cursor says where. */
function positionOf(cursor: string | undefined): string {
  if (cursor === undefined) return String(2n ** 63n - 1n);
  if (!/^\d{1,18}$/.test(cursor)) throw invalidInput('cursor', 'not a cursor of this list');
  return cursor;
}

function byOf(actor: string, own: string): { by: 'account' | 'staff' | 'system'; staffId?: string } {
  if (actor === own) return { by: 'account' };
  const staffId = /^account:(.+)$/.exec(actor)?.[1];
  return staffId === undefined ? { by: 'system' } : { by: 'staff', staffId };
}
