import type { Crypto } from '../../../platform/crypto/crypto.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { confirmWhereAccounts } from './notify.ts';
import type { Outcome, Registration } from './registration.ts';
import { writeBatch } from './write.ts';

export interface BatchWriterDeps {
  readonly db: Database;
  readonly crypto: Crypto;
  accountsOfKeys(tx: Tx, keys: Buffer[]): Promise<readonly string[]>;
}

/**
 * For importers: at most 1,000 registrations in one transaction, and the caller breathes between two. Nodes
 * learn of them from PostgreSQL; the bus is for the few that somebody waits for.
 */
export function createBatchWriter({ db, crypto, accountsOfKeys }: BatchWriterDeps) {
  const toConfirm = confirmWhereAccounts(accountsOfKeys);
  return async (registrations: readonly Registration[]): Promise<readonly Outcome[]> => {
    const { outcomes } = await db.transaction((tx) => writeBatch(tx, registrations, { crypto, toConfirm }));
    return outcomes;
  };
}
