import type { Tx } from '../../../platform/db/tx.ts';
import type { Planned } from './plan.ts';

type AccountsOfKeys = (tx: Tx, keys: Buffer[]) => Promise<readonly string[]>;

/**
 * An import brings people of whom hardly anybody has an account here, and a job for each of a million rows
 * would keep the workers busy for an hour to find that out. So it is asked for all at once, and by halves where
 * there is somebody.
 */
export function confirmWhereAccounts(accountsOfKeys: AccountsOfKeys) {
  const search = async (tx: Tx, batch: readonly Planned[]): Promise<readonly Planned[]> => {
    const keys = batch.flatMap(({ registration }) => registration.identifiers.map(({ key }) => key));
    if (keys.length === 0 || (await accountsOfKeys(tx, keys)).length === 0) return [];
    if (batch.length === 1) return batch;
    const half = Math.ceil(batch.length / 2);
    return [...(await search(tx, batch.slice(0, half))), ...(await search(tx, batch.slice(half)))];
  };
  return search;
}
