import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { Tx } from '../../platform/db/tx.ts';

/**
 * In the transaction that makes the operator. An account of another role (an administrator who applied for
 * somebody) stays what it is; tokens made from now on, a refreshed one too, name the operator.
 */
export async function linkOperatorStaff(tx: Tx, accountId: string, operatorId: string): Promise<void> {
  const { rows } = await tx.query<{ role: string; operator_id: string | null }>(
    'SELECT role, operator_id FROM accounts WHERE id = $1 FOR UPDATE',
    [accountId],
  );
  const [account] = rows;
  if (account?.role !== 'operator') return;
  if (account.operator_id !== null) {
    throw new KingaError('CONFLICT', 'The applicant belongs to an operator already');
  }
  await tx.query('UPDATE accounts SET operator_id = $2 WHERE id = $1', [accountId, operatorId]);
}
