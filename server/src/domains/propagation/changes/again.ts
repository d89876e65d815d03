import type { ChangeType } from '@kinga/shared/operators/propagation.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { tokensOfHandles } from '../../tokens/index.ts';
import { IN_ORDER } from '../in-order.ts';
import { holdersOf } from './concerns.ts';
import { tell } from './tell.ts';

/** An open receipt. */
export interface ToTellAgain {
  readonly id: string;
  readonly tenant_id: string;
  readonly handle: string;
  readonly register_seq: number;
  readonly type: ChangeType;
  readonly effective_at: Date;
}

export const TO_TELL_AGAIN =
  'id, tenant_id, handle, register_seq::float8 AS register_seq, type, effective_at';

/**
 * Tells open changes again, marked as such, in the order they are given in. Returns those that were told: whose
 * token was revoked meanwhile the operator knows no more. The transaction acts for every tenant from then on.
 */
export async function tellAgain<TRow extends ToTellAgain>(tx: Tx, rows: readonly TRow[]): Promise<TRow[]> {
  const tokens = await tokensOfHandles(
    tx,
    rows.map(({ handle }) => handle),
  );
  const holders = new Map(holdersOf(tokens).map((one) => [one.handle, one]));
  const again = rows.flatMap((row) => {
    const holder = holders.get(row.handle);
    return holder === undefined ? [] : [{ row, holder }];
  });
  await tell(
    tx,
    again.map(({ row, holder }) => ({
      holder,
      receiptId: row.id,
      registerSeq: row.register_seq,
      type: row.type,
      effectiveAt: row.effective_at,
      again: true,
    })),
  );
  const told = again.map(({ row }) => row);
  await tx.query(
    `WITH again AS (SELECT r.id FROM propagation_receipts r WHERE r.id = ANY($1::text[]) ${IN_ORDER})
     UPDATE propagation_receipts r SET told_at = clock_timestamp() FROM again WHERE r.id = again.id`,
    [told.map(({ id }) => id)],
  );
  return told;
}
