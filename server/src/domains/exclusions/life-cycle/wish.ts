import type { Tx } from '../../../platform/db/tx.ts';

export type WishOutcome = 'confirmed' | 'cancelled' | 'lapsed' | 'superseded';

/** Closes the open wish to return, if there is one; it stays in the table with what became of it. */
export async function closeWish(tx: Tx, exclusionId: string, outcome: WishOutcome): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE exclusion_returns SET closed_at = clock_timestamp(), outcome = $2
      WHERE exclusion_id = $1 AND closed_at IS NULL`,
    [exclusionId, outcome],
  );
  return rowCount > 0;
}
