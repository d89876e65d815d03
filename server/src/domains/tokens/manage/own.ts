import type { TokenState } from '@kinga/shared/tokens/contract.ts';
import { actForEveryTenant, actForTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { type OfOperator, unknownToken } from '../operator.ts';
import type { ForeignUse } from '../validate/foreign-use.ts';

/** A token of the caller's operator, with its subject locked to the end of the transaction. */
export interface OwnToken {
  readonly id: string;
  readonly subjectId: string;
  readonly state: TokenState;
  readonly works: boolean;
  readonly endedAt: Date | null;
}

interface Row {
  readonly hash: Buffer;
  readonly id: string;
  readonly tenant_id: string;
  readonly subject_id: string;
}

interface StateRow {
  readonly hash: Buffer;
  readonly id: string;
  readonly subject_id: string;
  readonly state: TokenState;
  readonly works: boolean;
  readonly ended_at: Date | null;
}

/**
 * The operator's own among these hashes (latin1); from here on the transaction acts for the operator alone. One
 * that is another's is as unknown as one that is nobody's, and somebody accountable learns of it.
 */
export async function lockOwnTokens(
  tx: Tx,
  owner: OfOperator,
  hashes: readonly string[],
  foreignUse: ForeignUse,
): Promise<Map<string, OwnToken>> {
  const bytes = hashes.map((hash) => Buffer.from(hash, 'latin1'));
  await actForEveryTenant(tx);
  const found = await tx.query<Row>(
    'SELECT hash, id, tenant_id, subject_id FROM tokens WHERE hash = ANY($1::bytea[])',
    [bytes],
  );
  await actForTenant(tx, owner.operatorId);
  for (const { tenant_id, subject_id } of found.rows) {
    if (tenant_id !== owner.operatorId) foreignUse.note(subject_id, tenant_id, owner);
  }
  const subjectIds = found.rows.map((row) => row.subject_id);
  await tx.query('SELECT FROM token_subjects WHERE id = ANY($1::text[]) ORDER BY id FOR NO KEY UPDATE', [
    subjectIds,
  ]);
  // Read under the locks, in a statement of its own: what the others did before is seen.
  const { rows } = await tx.query<StateRow>(
    `SELECT hash, id, subject_id, state, ended_at,
            state = 'active' OR (state = 'rotated' AND works_until > clock_timestamp()) AS works
     FROM tokens WHERE hash = ANY($1::bytea[])`,
    [bytes],
  );
  return new Map(
    rows.map((row) => [
      row.hash.toString('latin1'),
      {
        id: row.id,
        subjectId: row.subject_id,
        state: row.state,
        works: row.works,
        endedAt: row.ended_at,
      },
    ]),
  );
}

export async function lockOwnToken(
  tx: Tx,
  owner: OfOperator,
  hash: string,
  foreignUse: ForeignUse,
): Promise<OwnToken> {
  const own = (await lockOwnTokens(tx, owner, [hash], foreignUse)).get(hash);
  if (own === undefined) throw unknownToken();
  return own;
}
