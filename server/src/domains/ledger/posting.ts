import type { Tx } from '../../platform/db/tx.ts';

/** The demo money comes from here; its balance is minus everything that was handed out. */
export const HOUSE_DEMO = 'house:demo';

export function walletId(accountId: string): string {
  return `wallet:${accountId}`;
}

export function poolId(marketId: string): string {
  return `pool:${marketId}`;
}

/** One entry of two lines: what leaves the source arrives at the target. */
export interface Transfer {
  /** Minted by whoever asks for it: posting the same id twice is refused by the database. */
  readonly entryId: string;
  readonly purpose: 'funding' | 'stake';
  readonly source: string;
  readonly target: string;
  readonly amountMinor: bigint;
}

/** Locks the accounts in the ledger's one order, writes the entries and keeps the balances. */
export async function post(tx: Tx, transfers: readonly Transfer[]): Promise<void> {
  if (transfers.length === 0) return;
  await tx.query('SELECT ledger_post($1, $2, $3, $4, $5::bigint[])', [
    transfers.map((transfer) => transfer.entryId),
    transfers.map((transfer) => transfer.purpose),
    transfers.map((transfer) => transfer.source),
    transfers.map((transfer) => transfer.target),
    transfers.map((transfer) => transfer.amountMinor.toString()),
  ]);
}

/** The account that holds the stakes of one market. */
export async function openPool(tx: Tx, marketId: string): Promise<void> {
  await tx.query(`INSERT INTO ledger_accounts (id, kind, owner_id) VALUES ($1, 'pool', $2)`, [
    poolId(marketId),
    marketId,
  ]);
}
