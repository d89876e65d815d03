import { invalidInput, type KingaError, notFound } from '@kinga/shared/contract/errors.ts';
import type { Wallet, wallet } from '@kinga/shared/ledger/contract.ts';
import type { Call, Handlers } from '../../platform/call/handler.ts';
import { idempotent } from '../../platform/call/idempotency.ts';
import type { Platform } from '../../platform/context.ts';
import { newId } from '../../platform/crypto/ids.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { recordAudit } from '../../platform/outbox/audit.ts';
import { appendEvents } from '../../platform/outbox/outbox.ts';
import { HOUSE_DEMO, post, walletId } from './posting.ts';

/** KES 10 billion: far above any person's money, far below what a sum of wallets could overflow. */
const WALLET_MINOR_MAX = 1_000_000_000_000n;

interface Funding {
  readonly accountId: string;
  readonly amountMinor: string;
}

export function walletHandlers({ db, crypto }: Platform): Handlers<typeof wallet> {
  return {
    get: ({ accountId }, { actor }) => {
      if (actor.kind !== 'account') throw noWallet();
      const wanted = accountId ?? actor.accountId;
      if (wanted !== actor.accountId && actor.role !== 'admin') throw noWallet();
      return readWallet(db, wanted);
    },
    fund: (input, call) =>
      db.transaction((tx) => idempotent(tx, crypto, { call, input }, () => fund(tx, input, call))),
  };
}

/** Somebody else's wallet and no wallet at all are the same answer. */
function noWallet(): KingaError {
  return notFound('accountId', 'There is no such wallet');
}

/** Every bettor has a wallet; its row appears with the first money. */
async function readWallet(tx: Tx, accountId: string): Promise<Wallet> {
  const { rows } = await tx.query<{ balance: string }>(
    `SELECT coalesce(w.balance_minor, 0)::text AS balance
       FROM accounts AS a LEFT JOIN ledger_accounts AS w ON w.id = 'wallet:' || a.id
      WHERE a.id = $1 AND a.role = 'bettor'`,
    [accountId],
  );
  const [row] = rows;
  if (row === undefined) throw noWallet();
  return { accountId, balanceMinor: row.balance, currency: 'KES' };
}

async function fund(tx: Tx, { accountId, amountMinor }: Funding, call: Call) {
  const before = await lockWallet(tx, accountId);
  const amount = BigInt(amountMinor);
  if (before + amount > WALLET_MINOR_MAX) {
    throw invalidInput('amountMinor', `a wallet holds at most ${WALLET_MINOR_MAX} minor units`);
  }
  const entryId = newId('ent');
  await post(tx, [
    {
      entryId,
      purpose: 'funding',
      source: HOUSE_DEMO,
      target: walletId(accountId),
      amountMinor: amount,
    },
  ]);
  const balanceMinor = (before + amount).toString();
  await recordAudit(tx, {
    actor: call.actor,
    action: 'wallet.funded',
    subject: accountId,
    details: { entryId, amountMinor },
    requestId: call.requestId,
  });
  await appendEvents(tx, [
    {
      topic: `wallet/${accountId}`,
      type: 'moved',
      data: { entryId, purpose: 'funding', amountMinor, balanceMinor, currency: 'KES' },
    },
  ]);
  return { accountId, balanceMinor, currency: 'KES' as const, entryId };
}

/** Makes the wallet if this is its first money, locks it and says what it holds. */
async function lockWallet(tx: Tx, accountId: string): Promise<bigint> {
  const bettor = await tx.query(`SELECT 1 FROM accounts WHERE id = $1 AND role = 'bettor'`, [accountId]);
  if (bettor.rowCount === 0) throw noWallet();
  await tx.query(
    `INSERT INTO ledger_accounts (id, kind, owner_id) VALUES ($1, 'wallet', $2) ON CONFLICT DO NOTHING`,
    [walletId(accountId), accountId],
  );
  const { rows } = await tx.query<{ balance: string }>(
    'SELECT balance::text FROM ledger_lock_wallets(ARRAY[$1::text])',
    [accountId],
  );
  return BigInt(rows[0]?.balance ?? 0);
}
