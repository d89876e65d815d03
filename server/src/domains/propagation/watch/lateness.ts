import type { Platform } from '../../../platform/context.ts';
import { actForEveryTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { raiseAlert, resolveAlert } from '../../alerts/index.ts';
import { sendMessage } from '../../notifications/index.ts';
import { incidentContactOf } from '../../operators/index.ts';
import { IN_ORDER } from '../in-order.ts';

/** So long a committed change may be without an acknowledgement, sent or not. */
const LATE = '5 seconds';
/** Then the operator is written to, and again while it lasts. */
const ESCALATED_AFTER = '5 minutes';
const ESCALATED_EVERY = '1 hour';
/** A change that is late is seen in the turns right after it became so; whatever was missed, when all are looked at. */
const JUST_LATE = '3 seconds';
const KIND = 'propagation.unacknowledged';
/** Of every alarm about an operator that was suspended meanwhile. */
export const SUSPENDED =
  'The operator is suspended: it is told everything, and watched again, when it is reinstated.';

interface Row {
  readonly id: string;
  readonly action: 'raise' | 'escalate' | 'resolve' | 'suspend';
  readonly open: number;
  readonly oldest: Date | null;
  readonly minutes: number;
}

/**
 * One open alert for each operator that is behind, as long as it is; it is written to when that lasts. One that is
 * suspended cannot catch up, and is judged again from when it can. Of all the
 * operators it looks at these, so that a turn takes the same time however many there are.
 */
export async function watchLateness(
  tx: Tx,
  crypto: Platform['crypto'],
  operatorIds: readonly string[],
): Promise<void> {
  await actForEveryTenant(tx);
  const { rows } = await tx.query<Row>(DUE, [operatorIds]);
  for (const row of rows) {
    if (row.action === 'raise') await raise(tx, row);
    else if (row.action === 'resolve') await resolve(tx, row.id, 'The operator has caught up.');
    else if (row.action === 'suspend') await resolve(tx, row.id, SUSPENDED);
    else await escalate(tx, crypto, row);
  }
  await markEscalated(
    tx,
    rows.filter(({ action }) => action === 'escalate').map(({ id }) => id),
  );
}

const DUE = `
  SELECT id, action, oldest, (extract(epoch FROM statement_timestamp() - since) / 60)::int AS minutes,
         (SELECT count(*) FROM propagation_receipts
          WHERE tenant_id = due.id AND acknowledged_at IS NULL)::int AS open
  FROM (
    SELECT o.id, r.committed_at AS oldest, s.since, CASE
        WHEN o.suspended_at IS NOT NULL THEN CASE WHEN p.late_since IS NOT NULL THEN 'suspend' END
        WHEN p.late_since IS NULL AND s.since < statement_timestamp() - interval '${LATE}' THEN 'raise'
        WHEN p.late_since IS NOT NULL
             AND (s.since IS NULL OR s.since >= statement_timestamp() - interval '${LATE}') THEN 'resolve'
        WHEN p.late_since IS NOT NULL AND s.since < statement_timestamp() - interval '${ESCALATED_AFTER}'
             AND (p.escalated_at IS NULL OR p.escalated_at < statement_timestamp() - interval '${ESCALATED_EVERY}')
          THEN 'escalate'
      END AS action
    FROM (
      SELECT unnest($1::text[]) AS id
      UNION SELECT tenant_id FROM propagation_receipts
      WHERE acknowledged_at IS NULL AND committed_at < statement_timestamp() - interval '${LATE}'
        AND committed_at > statement_timestamp() - interval '${LATE}' - interval '${JUST_LATE}'
    ) seen
    JOIN operators o ON o.id = seen.id
    LEFT JOIN propagation_operators p ON p.tenant_id = o.id
    LEFT JOIN LATERAL (
      SELECT committed_at FROM propagation_receipts
      WHERE tenant_id = o.id AND acknowledged_at IS NULL ORDER BY committed_at LIMIT 1
    ) r ON true
    CROSS JOIN LATERAL (
      SELECT CASE WHEN r.committed_at IS NOT NULL THEN greatest(r.committed_at, p.watched_since) END AS since
    ) s
    WHERE NOT o.internal
  ) due
  WHERE action IS NOT NULL ORDER BY id`;

async function raise(tx: Tx, row: Row): Promise<void> {
  await tellAlert(tx, row);
  await tx.query(
    `INSERT INTO propagation_operators AS known (tenant_id, late_since) VALUES ($1, clock_timestamp())
     ON CONFLICT (tenant_id) DO UPDATE SET late_since = excluded.late_since`,
    [row.id],
  );
}

/** Told again it is counted, or raised anew when somebody has closed it although nothing was better. */
async function tellAlert(tx: Tx, { id, open, oldest }: Row): Promise<void> {
  await raiseAlert(tx, {
    kind: KIND,
    severity: 'critical',
    operatorId: id,
    key: id,
    explanation:
      `An operator has not acknowledged a change of the register within ${LATE} of its commit: ` +
      'until it has, it may let somebody bet who is excluded. The alert ends by itself when it has caught up.',
    facts: { open, oldestCommittedAt: oldest?.toISOString() },
  });
}

async function resolve(tx: Tx, id: string, resolution: string): Promise<void> {
  await resolveAlert(tx, { kind: KIND, key: id, resolution });
  await tx.query(
    'UPDATE propagation_operators SET late_since = NULL, escalated_at = NULL WHERE tenant_id = $1',
    [id],
  );
}

async function escalate(tx: Tx, crypto: Platform['crypto'], row: Row): Promise<void> {
  const { id, open, minutes } = row;
  await tellAlert(tx, row);
  await tx.query('UPDATE propagation_operators SET escalated_at = clock_timestamp() WHERE tenant_id = $1', [
    id,
  ]);
  const contact = await incidentContactOf(tx, id);
  if (contact !== undefined) {
    await sendMessage(tx, crypto, {
      channel: 'email',
      to: contact.email,
      template: 'changesUnacknowledged',
      data: { open: String(open), minutes: String(minutes) },
      locale: contact.locale,
    });
  }
  await actForEveryTenant(tx);
}

/** Of all of them at once: one operator after the other would take receipts in two orders. */
async function markEscalated(tx: Tx, operatorIds: readonly string[]): Promise<void> {
  if (operatorIds.length === 0) return;
  await tx.query(
    `WITH open AS (
       SELECT r.id FROM propagation_receipts r
       WHERE r.tenant_id = ANY($1::text[]) AND r.acknowledged_at IS NULL AND r.escalated_at IS NULL ${IN_ORDER}
     )
     UPDATE propagation_receipts r SET escalated_at = clock_timestamp() FROM open WHERE r.id = open.id`,
    [operatorIds],
  );
}
