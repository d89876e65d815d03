import { ledgerTopics, type wallet } from '@kinga/shared/ledger/contract.ts';
import type { Domain } from '../../domain.ts';
import type { Platform } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { openPool, post, type Transfer } from './posting.ts';
import { walletHandlers } from './wallets.ts';

export type { Transfer } from './posting.ts';

/** One double-entry book in integer minor units; whoever moves money does it through here. */
export interface Ledger {
  readonly domain: Domain<typeof wallet>;
  post(tx: Tx, transfers: readonly Transfer[]): Promise<void>;
  openPool(tx: Tx, marketId: string): Promise<void>;
}

export function createLedger(platform: Platform): Ledger {
  return {
    domain: {
      name: 'wallet',
      handlers: walletHandlers(platform),
      outboxLogs: [{ topic: ledgerTopics.wallet }],
    },
    post,
    openPool,
  };
}
