import type { Actor } from '../../../platform/call/actor.ts';
import { actForEveryTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudits } from '../../../platform/outbox/audit.ts';
import { IN_ORDER } from '../in-order.ts';
import { SQL_TOPIC } from '../topic.ts';

export interface Acknowledgement {
  readonly operatorId: string;
  readonly seq: number;
  /** Of the change that is acknowledged, as far as the operator says so. */
  readonly epoch?: string | undefined;
  readonly actor: Actor | 'system';
  readonly requestId?: string;
}

/** Where an operator stands after an acknowledgement, and whether it was one of something that is. */
export interface Acknowledged {
  readonly seq: number;
  readonly acknowledgedAt: Date | null;
  readonly head: number;
  readonly epoch: string;
}

interface Row {
  readonly tenant_id: string;
  readonly seq: number;
  readonly acknowledged_at: Date | null;
  readonly head: number;
  readonly epoch: string;
}

/**
 * Many at once, of any operators: each goes as far as its furthest acknowledgement that is not beyond its head,
 * and never back. The transaction acts for every tenant from then on.
 */
export async function acknowledgeAll(
  tx: Tx,
  given: readonly Acknowledgement[],
): Promise<Map<string, Acknowledged>> {
  await actForEveryTenant(tx);
  const operators = [...new Set(given.map(({ operatorId }) => operatorId))].sort();
  const rows = await lockAll(tx, operators);
  const known = new Map(rows.map((row) => [row.tenant_id, row]));
  const steps = stepsOf(given, known);
  const times = await advance(tx, steps);
  await recordAudits(
    tx,
    steps.map(({ operatorId, actor, requestId, from, seq }) => ({
      actor,
      action: 'propagation.acknowledged',
      subject: operatorId,
      details: { from, seq },
      ...(requestId === undefined ? {} : { requestId }),
    })),
  );
  const reached = new Map(steps.map(({ operatorId, seq }) => [operatorId, seq]));
  return new Map(
    rows.map(({ tenant_id, seq, acknowledged_at, head, epoch }) => [
      tenant_id,
      {
        seq: reached.get(tenant_id) ?? seq,
        acknowledgedAt: times.get(tenant_id) ?? acknowledged_at,
        head,
        epoch,
      },
    ]),
  );
}

/** In one order, so that two who acknowledge the same at once wait for each other, and neither for both. */
async function lockAll(tx: Tx, operators: readonly string[]): Promise<Row[]> {
  const { rows } = await tx.query<Row>(
    `SELECT o.tenant_id, o.acknowledged_seq::float8 AS seq, o.acknowledged_at,
            coalesce(t.head, 0)::float8 AS head, (SELECT epoch::text FROM database_epoch) AS epoch
     FROM propagation_operators o LEFT JOIN feed_topics t ON t.topic = ${SQL_TOPIC('o.tenant_id')}
     WHERE o.tenant_id = ANY($1::text[]) ORDER BY o.tenant_id FOR NO KEY UPDATE OF o`,
    [operators],
  );
  if (rows.length === operators.length) return rows;
  // The first time an operator does.
  await tx.query(
    `INSERT INTO propagation_operators (tenant_id) SELECT * FROM unnest($1::text[]) ON CONFLICT DO NOTHING`,
    [operators],
  );
  return await lockAll(tx, operators);
}

type Step = Acknowledgement & { readonly from: number };

/** The furthest that counts of each operator, where it is further than before. */
function stepsOf(given: readonly Acknowledgement[], known: ReadonlyMap<string, Row>): Step[] {
  const steps = new Map<string, Step>();
  for (const one of given) {
    const row = known.get(one.operatorId);
    if (row === undefined || one.seq > row.head || one.seq <= row.seq) continue;
    if (one.epoch !== undefined && one.epoch !== row.epoch) continue;
    if (one.seq > (steps.get(one.operatorId)?.seq ?? 0)) steps.set(one.operatorId, { ...one, from: row.seq });
  }
  return [...steps.values()];
}

async function advance(tx: Tx, steps: readonly Step[]): Promise<Map<string, Date>> {
  if (steps.length === 0) return new Map();
  const values = [
    steps.map(({ operatorId }) => operatorId),
    steps.map(({ from }) => from),
    steps.map(({ seq }) => seq),
  ];
  // Two statements: in one, PostgreSQL would compare every event with every open receipt of an operator that comes
  // back, because behind row-level security a condition that opens JSON may not be looked up in an index.
  const told = await tx.query<{ receipt_id: string }>(
    `SELECT f.data->>'receiptId' AS receipt_id
     FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS s (operator_id, from_seq, to_seq)
     JOIN feed_events f
       ON f.topic = ${SQL_TOPIC('s.operator_id')} AND f.seq > s.from_seq AND f.seq <= s.to_seq`,
    values,
  );
  // Found by their ids alone: asked for those that are open, PostgreSQL would look through everybody's open ones.
  await tx.query(
    `WITH told AS (SELECT r.id FROM propagation_receipts r WHERE r.id = ANY($1::text[]) ${IN_ORDER})
     UPDATE propagation_receipts r
     SET acknowledged_at = coalesce(acknowledged_at, clock_timestamp()), sent_at = coalesce(sent_at, clock_timestamp())
     FROM told WHERE r.id = told.id`,
    [told.rows.map(({ receipt_id }) => receipt_id)],
  );
  const { rows } = await tx.query<{ tenant_id: string; acknowledged_at: Date }>(
    `UPDATE propagation_operators o SET acknowledged_seq = s.to_seq, acknowledged_at = clock_timestamp()
     FROM unnest($1::text[], $2::bigint[]) AS s (operator_id, to_seq)
     WHERE o.tenant_id = s.operator_id RETURNING o.tenant_id, o.acknowledged_at`,
    [values[0], values[2]],
  );
  return new Map(rows.map(({ tenant_id, acknowledged_at }) => [tenant_id, acknowledged_at]));
}
