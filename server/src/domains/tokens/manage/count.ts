import type { Tx } from '../../../platform/db/tx.ts';

/** How many customers an operator has mapped. For a transaction that acts for it, or for every tenant. */
export async function customersOf(tx: Tx, operatorId: string): Promise<number> {
  const { rows } = await tx.query<{ customers: number }>(
    'SELECT count(*)::float8 AS customers FROM token_customers WHERE tenant_id = $1',
    [operatorId],
  );
  return rows[0]?.customers ?? 0;
}
