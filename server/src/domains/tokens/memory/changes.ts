import { ADVISORY_LOCKS } from '../../../platform/db/advisory-locks.ts';
import type { Tx } from '../../../platform/db/tx.ts';

export const CHANGES_CHANNEL = 'kinga_tokens';

/**
 * Tells every node to read these tokens anew. In the transaction of the rows it speaks of, as its last statement:
 * the lock it takes is held to the commit, so that no reader sees a later change before an earlier. Returns the
 * number of the last.
 */
export async function tellChanges(tx: Tx, tokenIds: readonly string[]): Promise<number> {
  await tx.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.tokenChange]);
  const { rows } = await tx.query<{ seq: number }>(
    `WITH told AS (
       INSERT INTO token_changes (token_id) SELECT * FROM unnest($1::text[]) RETURNING seq
     )
     SELECT max(seq)::float8 AS seq, pg_notify('${CHANGES_CHANNEL}', '') FROM told`,
    [tokenIds],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('changes of tokens were not numbered');
  return row.seq;
}
