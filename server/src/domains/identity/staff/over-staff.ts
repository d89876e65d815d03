import { KingaError } from '@kinga/shared/contract/errors.ts';
import { isStaff } from '../../../platform/call/grants.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { findAccount } from '../accounts.ts';
import { signedIn } from '../signed-in.ts';

/**
 * What is granted is power over people, not over those who grant: nobody but an administrator shuts staff out or
 * lets them in again.
 */
export async function mayRule(tx: Tx, accountId: string, call: Call): Promise<void> {
  const actor = signedIn(call);
  if (actor.role === 'admin' || actor.accountId === accountId) return;
  const account = await findAccount(tx, accountId);
  if (account === undefined || !isStaff(account.role)) return;
  throw new KingaError('FORBIDDEN', 'Only administrators do this to accounts of staff');
}
