import { notFound } from '@kinga/shared/contract/errors.ts';
import { PAGE_SIZE } from '@kinga/shared/contract/fields.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { propagation } from '@kinga/shared/propagation/contract.ts';
import { beforeId } from '../../../platform/call/cursor.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Platform } from '../../../platform/context.ts';
import { actForEveryTenant } from '../../../platform/db/tenant.ts';
import { entriesOfExclusion } from '../../exclusions/index.ts';
import { operatorOfCall } from '../../operators/index.ts';

interface Row {
  readonly tenant_id: string;
  readonly receipts: number;
  readonly sent: number;
  readonly acknowledged: number;
  readonly closed: number;
  readonly unclosed: number;
  readonly oldest_open_at: Date | null;
}

/** Without an exclusion, what was committed within so many days is counted. */
const DAYS = 30;
const LATELY = 'committed_at > statement_timestamp() - make_interval(days => $1)';

/** Operators that are concerned by nothing are not in it. Their staff are shown their own and nobody else's. */
export async function readStatus(
  { db }: Platform,
  input: ParsedInputOf<typeof propagation.status>,
  { actor }: Call,
): Promise<OutputOf<typeof propagation.status>> {
  const rows = await db.transaction(async (tx) => {
    const isOperator = actor.kind === 'account' && actor.role === 'operator';
    const operatorId =
      isOperator || input.operatorId !== undefined ? await operatorOfCall(tx, actor, input) : null;
    const entries = input.exclusionId === undefined ? null : await entriesOfExclusion(tx, input.exclusionId);
    // Which exclusions there are is none of an operator's business.
    if (entries?.length === 0 && !isOperator) throw notFound('exclusionId', 'There is no such exclusion');
    await actForEveryTenant(tx);
    const found = await tx.query<Row>(
      `SELECT tenant_id, count(*)::int AS receipts, count(sent_at)::int AS sent,
              count(acknowledged_at)::int AS acknowledged,
              count(*) FILTER (WHERE must_close AND closed_at IS NOT NULL)::int AS closed,
              count(*) FILTER (WHERE must_close AND closed_at IS NULL)::int AS unclosed,
              min(committed_at) FILTER (WHERE acknowledged_at IS NULL) AS oldest_open_at
       FROM propagation_receipts
       WHERE ${entries === null ? LATELY : 'register_seq = ANY($1::bigint[])'}
         AND ($2::text IS NULL OR tenant_id = $2)
         AND ($3::text IS NULL OR tenant_id > $3)
       GROUP BY tenant_id ORDER BY tenant_id LIMIT ${PAGE_SIZE + 1}`,
      [entries ?? DAYS, operatorId, beforeId('op', input.cursor)],
    );
    return found.rows;
  });
  const items = rows.slice(0, PAGE_SIZE).map(({ tenant_id, oldest_open_at, ...counts }) => ({
    operatorId: tenant_id,
    ...counts,
    oldestOpenAt: oldest_open_at?.toISOString() ?? null,
  }));
  const last = items.at(-1);
  return rows.length > PAGE_SIZE && last ? { items, nextCursor: last.operatorId } : { items };
}
