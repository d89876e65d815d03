import { actForEveryTenant } from '../../platform/db/tenant.ts';
import type { Tx } from '../../platform/db/tx.ts';

/** Who knows a person under which name, and as which of its customers. */
export interface TokenOfKeys {
  readonly tokenId: string;
  readonly operatorId: string;
  /** What the operator was told with the token; it stays the same through rotations. */
  readonly tokenHandle: string;
  /** Null while the operator has not said which customer it is; several rows for a person with several accounts. */
  readonly customerIdSealed: Buffer | null;
}

interface Row {
  readonly token_id: string;
  readonly tenant_id: string;
  readonly subject_id: string;
  readonly customer_sealed: Buffer | null;
}

/**
 * Whose tokens these identifier keys concern, over all operators: only those that are active. The rest of the
 * transaction acts for every tenant.
 */
export async function tokensOfKeys(tx: Tx, keys: readonly Buffer[]): Promise<TokenOfKeys[]> {
  if (keys.length === 0) return [];
  await actForEveryTenant(tx);
  const { rows } = await tx.query<Row>(
    `SELECT t.id AS token_id, t.tenant_id, t.subject_id, c.customer_sealed
     FROM (SELECT DISTINCT subject_id FROM token_keys WHERE key = ANY($1::bytea[])) AS k
     JOIN tokens t ON t.subject_id = k.subject_id AND t.state = 'active'
     LEFT JOIN token_customers c ON c.subject_id = k.subject_id
     ORDER BY t.tenant_id, t.subject_id, c.id`,
    [keys],
  );
  return rows.map((row) => ({
    tokenId: row.token_id,
    operatorId: row.tenant_id,
    tokenHandle: row.subject_id,
    customerIdSealed: row.customer_sealed,
  }));
}
