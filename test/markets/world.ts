import { type AccountActor, actorName } from '@kinga/server/platform/call/actor.ts';
import type { Call } from '@kinga/server/platform/call/handler.ts';
import { newId } from '@kinga/server/platform/crypto/ids.ts';
import type { Tx } from '@kinga/server/platform/db/tx.ts';
import type { Role } from '@kinga/shared/contract/procedure.ts';
import { pino } from 'pino';

const log = pino({ level: 'silent' });

/** An account as identity would have made it, without the second that hashing a password takes. */
export async function insertAccount(
  tx: Tx,
  account: { role?: Role; keys?: readonly Buffer[] } = {},
): Promise<AccountActor> {
  const { role = 'bettor', keys = [] } = account;
  const accountId = newId('acc');
  await tx.query('INSERT INTO accounts (id, email, role, password_hash) VALUES ($1, $2, $3, $4)', [
    accountId,
    `${accountId.toLowerCase()}@example.test`,
    role,
    'none',
  ]);
  for (const key of keys) {
    await tx.query(
      `INSERT INTO account_identifiers (account_id, key, type, sealed) VALUES ($1, $2, 'nationalId', '')`,
      [accountId, key],
    );
  }
  return { kind: 'account', accountId, role, sessionId: 'ses_1', operatorId: null, expiresAt: Infinity };
}

/** What identity's `accountKeys` answers. */
export async function keysOfAccount(tx: Tx, accountId: string): Promise<{ key: Buffer }[]> {
  const { rows } = await tx.query<{ key: Buffer }>(
    'SELECT key FROM account_identifiers WHERE account_id = $1',
    [accountId],
  );
  return rows;
}

/** A call as the gateway hands it to a handler. */
export function callBy(actor: AccountActor, procedure: string, idempotencyKey?: string): Call {
  return {
    actor,
    requestId: `req-${actorName(actor)}`,
    address: '127.0.0.1',
    idempotencyKey,
    log,
    procedure,
    rearm: undefined,
  };
}

/** What the books say about themselves: all three are zero, always. */
export async function trialBalance(tx: Tx): Promise<{ accounts: string; lines: string; drifted: number }> {
  const { rows } = await tx.query<{ accounts: string; lines: string; drifted: number }>(`
    SELECT (SELECT coalesce(sum(balance_minor), 0) FROM ledger_accounts)::text AS accounts,
           (SELECT coalesce(sum(amount_minor), 0) FROM ledger_lines)::text AS lines,
           (SELECT count(*) FROM ledger_accounts AS a
             WHERE a.balance_minor <> (SELECT coalesce(sum(l.amount_minor), 0) FROM ledger_lines AS l
                                        WHERE l.account_id = a.id))::int AS drifted`);
  const [row] = rows;
  if (!row) throw new Error('no trial balance');
  return row;
}

export const BALANCED = { accounts: '0', lines: '0', drifted: 0 };
