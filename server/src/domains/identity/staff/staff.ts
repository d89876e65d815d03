import { conflict, KingaError, notFound } from '@kinga/shared/contract/errors.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { IdentifierType } from '@kinga/shared/exclusions/identifier.ts';
import type { identity } from '@kinga/shared/identity/contract.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Platform } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit, recordAudits } from '../../../platform/outbox/audit.ts';
import type { Revocations } from '../../../platform/revocations/revocations.ts';
import { type AccountRow, accountOf } from '../accounts.ts';
import { pageOf } from '../page.ts';
import { revokeSessions, standingSessions } from '../sessions/sessions.ts';
import { byOf, signedIn } from '../signed-in.ts';
import { mayRule } from './over-staff.ts';
import { searchOf } from './search.ts';

type Found = OutputOf<typeof identity.suspendAccount>;
type Detail = OutputOf<typeof identity.getAccount>;
type FoundRow = AccountRow & { readonly suspended_at: Date | null };

interface DetailRow extends FoundRow {
  readonly suspension_reason: Buffer | null;
  readonly types: IdentifierType[];
  readonly last_sign_in_at: Date | null;
  readonly sessions: number;
  readonly permissions: string[];
}

const COLUMNS = 'a.id, a.email, a.role, a.operator_id, a.created_at, a.suspended_at';

/** What staff may see of other people's accounts and do to them. Each look leaves a line in the audit. */
export class Staff {
  readonly #platform: Platform;
  readonly #revocations: Revocations;

  constructor(platform: Platform, revocations: Revocations) {
    this.#platform = platform;
    this.#revocations = revocations;
  }

  async search(
    input: ParsedInputOf<typeof identity.searchAccounts>,
    call: Call,
  ): Promise<OutputOf<typeof identity.searchAccounts>> {
    const { db, crypto } = this.#platform;
    const { text, values } = searchOf(crypto, input, COLUMNS);
    return await db.transaction(async (tx) => {
      const { rows } = await tx.query<FoundRow>(text, values);
      const page = pageOf(rows, foundOf);
      const by = Object.keys(input).filter((field) => field !== 'cursor');
      const details = { by, found: page.items.length };
      await recordAudits(tx, [
        { ...byOf(call), action: 'accounts.searched', subject: 'accounts', details },
        ...page.items.map(({ id }) => ({ ...byOf(call), action: 'account.found', subject: id })),
      ]);
      return page;
    });
  }

  async get(accountId: string, call: Call): Promise<Detail> {
    return await this.#platform.db.transaction(async (tx) => {
      const { rows } = await tx.query<DetailRow>(
        `SELECT ${COLUMNS}, a.suspension_reason,
                ARRAY(SELECT DISTINCT type FROM account_identifiers WHERE account_id = a.id ORDER BY type) AS types,
                (SELECT max(at) FROM sign_ins WHERE account_id = a.id AND outcome = 'succeeded')
                  AS last_sign_in_at,
                (SELECT count(*)::int FROM sessions WHERE account_id = a.id AND revoked_at IS NULL
                    AND expires_at > clock_timestamp()) AS sessions,
                ARRAY(SELECT procedure FROM account_permissions WHERE account_id = a.id ORDER BY procedure)
                  AS permissions
           FROM accounts a WHERE a.id = $1`,
        [accountId],
      );
      const [row] = rows;
      if (row === undefined) throw noSuchAccount();
      await recordAudit(tx, { ...byOf(call), action: 'account.read', subject: accountId });
      return this.#detailOf(row);
    });
  }

  async suspend(input: ParsedInputOf<typeof identity.suspendAccount>, call: Call): Promise<Found> {
    const { accountId, reason } = input;
    if (accountId === signedIn(call).accountId) {
      throw conflict('accountId', 'Nobody suspends their own account');
    }
    const { db, crypto } = this.#platform;
    const { found, revoked } = await db.transaction(async (tx) => {
      await holdBoth(tx, accountId, signedIn(call).accountId);
      await mayRule(tx, accountId, call);
      const { rows } = await tx.query<FoundRow>(
        `UPDATE accounts a SET suspended_at = clock_timestamp(), suspension_reason = $2
         WHERE a.id = $1 AND a.suspended_at IS NULL RETURNING ${COLUMNS}`,
        [accountId, crypto.seal(reason)],
      );
      const [row] = rows;
      if (row === undefined) return { found: await findOne(tx, accountId), revoked: [] };
      await recordAudit(tx, { ...byOf(call), action: 'account.suspended', subject: accountId });
      const standing = await standingSessions(tx, { accountId });
      return { found: foundOf(row), revoked: await revokeSessions(tx, this.#revocations, standing) };
    });
    for (const id of revoked) this.#revocations.announce({ kind: 'session', id });
    return found;
  }

  async reinstate(accountId: string, call: Call): Promise<Found> {
    return await this.#platform.db.transaction(async (tx) => {
      await mayRule(tx, accountId, call);
      const { rows } = await tx.query<FoundRow>(
        `UPDATE accounts a SET suspended_at = NULL, suspension_reason = NULL
         WHERE a.id = $1 AND a.suspended_at IS NOT NULL RETURNING ${COLUMNS}`,
        [accountId],
      );
      const [row] = rows;
      if (row === undefined) return await findOne(tx, accountId);
      await recordAudit(tx, { ...byOf(call), action: 'account.reinstated', subject: accountId });
      return foundOf(row);
    });
  }

  #detailOf(row: DetailRow): Detail {
    const { crypto } = this.#platform;
    return {
      ...foundOf(row),
      identifierTypes: row.types,
      suspensionReason: row.suspension_reason === null ? null : crypto.open(row.suspension_reason),
      lastSignInAt: row.last_sign_in_at?.toISOString() ?? null,
      sessions: row.sessions,
      permissions: row.permissions,
    };
  }
}

/** Of two administrators who suspend each other at once, one stays. */
async function holdBoth(tx: Tx, accountId: string, callerId: string): Promise<void> {
  const { rows } = await tx.query<{ id: string; suspended_at: Date | null }>(
    'SELECT id, suspended_at FROM accounts WHERE id IN ($1, $2) ORDER BY id FOR NO KEY UPDATE',
    [accountId, callerId],
  );
  if (rows.find(({ id }) => id === callerId)?.suspended_at !== null)
    throw new KingaError('FORBIDDEN', 'This account is suspended');
}

async function findOne(tx: Tx, accountId: string): Promise<Found> {
  const { rows } = await tx.query<FoundRow>(`SELECT ${COLUMNS} FROM accounts a WHERE a.id = $1`, [accountId]);
  const [row] = rows;
  if (row === undefined) throw noSuchAccount();
  return foundOf(row);
}

function foundOf(row: FoundRow): Found {
  return { ...accountOf(row), suspendedAt: row.suspended_at?.toISOString() ?? null };
}

function noSuchAccount(): KingaError {
  return notFound('accountId', 'There is no such account');
}
