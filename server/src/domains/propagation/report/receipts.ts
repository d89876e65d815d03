import { PAGE_SIZE } from '@kinga/shared/contract/fields.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { ChangeType } from '@kinga/shared/operators/propagation.ts';
import type { propagation, Receipt } from '@kinga/shared/propagation/contract.ts';
import { beforeId } from '../../../platform/call/cursor.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Platform } from '../../../platform/context.ts';
import { actForTenant } from '../../../platform/db/tenant.ts';
import { operatorOfCall } from '../../operators/index.ts';

type Input = ParsedInputOf<typeof propagation.receipts>;

interface Row {
  readonly id: string;
  readonly tenant_id: string;
  readonly register_seq: number;
  readonly type: ChangeType;
  readonly handle: string;
  readonly effective_at: Date;
  readonly committed_at: Date;
  readonly sent_at: Date | null;
  readonly acknowledged_at: Date | null;
  readonly must_close: boolean;
  readonly closed_at: Date | null;
  readonly reported_at: Date | null;
  readonly attempts: number;
  readonly escalated_at: Date | null;
}

const STATES: Readonly<Record<NonNullable<Input['state']>, string>> = {
  open: 'acknowledged_at IS NULL',
  acknowledged: 'acknowledged_at IS NOT NULL',
  unclosed: 'must_close AND closed_at IS NULL',
  closed: 'closed_at IS NOT NULL',
};

/** Ids begin with the time, so the newest first is the greatest first, and the cursor is an id. */
export async function listReceipts(
  { db }: Platform,
  input: Input,
  { actor }: Call,
): Promise<OutputOf<typeof propagation.receipts>> {
  const rows = await db.transaction(async (tx) => {
    const operatorId = await operatorOfCall(tx, actor, input);
    await actForTenant(tx, operatorId);
    const found = await tx.query<Row>(
      `SELECT id, tenant_id, register_seq::float8 AS register_seq, type, handle, effective_at, committed_at,
              sent_at, acknowledged_at, must_close, closed_at, reported_at, attempts, escalated_at
       FROM propagation_receipts
       WHERE tenant_id = $1 AND ($2::text IS NULL OR id < $2)
         AND ${input.state === undefined ? 'true' : STATES[input.state]}
       ORDER BY id DESC LIMIT ${PAGE_SIZE + 1}`,
      [operatorId, beforeId('rcp', input.cursor)],
    );
    return found.rows;
  });
  const items = rows.slice(0, PAGE_SIZE).map(receiptOf);
  const last = items.at(-1);
  return rows.length > PAGE_SIZE && last ? { items, nextCursor: last.id } : { items };
}

function receiptOf(row: Row): Receipt {
  return {
    id: row.id,
    operatorId: row.tenant_id,
    registerSeq: row.register_seq,
    type: row.type,
    handle: row.handle,
    effectiveAt: row.effective_at.toISOString(),
    committedAt: row.committed_at.toISOString(),
    sentAt: row.sent_at?.toISOString() ?? null,
    acknowledgedAt: row.acknowledged_at?.toISOString() ?? null,
    mustClose: row.must_close,
    closedAt: row.closed_at?.toISOString() ?? null,
    reportedAt: row.reported_at?.toISOString() ?? null,
    attempts: row.attempts,
    escalatedAt: row.escalated_at?.toISOString() ?? null,
  };
}
