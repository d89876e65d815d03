import { actForEveryTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudits } from '../../../platform/outbox/audit.ts';
import { TO_TELL_AGAIN, type ToTellAgain, tellAgain } from '../changes/again.ts';
import { IN_ORDER } from '../in-order.ts';
import { SQL_TOPIC } from '../topic.ts';
import { postSoon } from '../webhooks/queue.ts';

/** Of one transaction; who has missed more is told the rest in the next turns. */
const AT_ONCE_MAX = 1_000;
/** What was told so long before the oldest event that is left was told by one that is gone: the relay is no hour late. */
const BEFORE_OLDEST = '1 hour';
/** The same where no event is left at all. */
const WITHOUT_ANY = '1 day';

interface Missed {
  readonly id: string;
  /** Up to here every event is gone. */
  readonly gone_up_to: number;
}

/**
 * A topic keeps its events for so long, an open receipt waits for ever: what one of these operators can read nowhere
 * any more is told again, and where it goes on moves over what is gone, so that it finds all of it there. A suspended
 * one has to wait for that until it is reinstated.
 */
export async function tellLost(tx: Tx, operatorIds: readonly string[]): Promise<void> {
  await actForEveryTenant(tx);
  const missed = (await tx.query<Missed>(MISSED, [operatorIds])).rows;
  if (missed.length === 0) return;
  const ids = missed.map(({ id }) => id);
  // Before the receipts: as an acknowledgement takes them.
  await tx.query(
    `INSERT INTO propagation_operators AS known (tenant_id, acknowledged_seq)
     SELECT * FROM unnest($1::text[], $2::bigint[])
     ON CONFLICT (tenant_id) DO UPDATE
       SET acknowledged_seq = greatest(known.acknowledged_seq, excluded.acknowledged_seq)`,
    [ids, missed.map(({ gone_up_to }) => gone_up_to)],
  );
  const { rows } = await tx.query<ToTellAgain>(LOST, [ids]);
  await tx.query(`SELECT FROM propagation_receipts r WHERE r.id = ANY($1::text[]) ${IN_ORDER}`, [
    rows.map(({ id }) => id),
  ]);
  const told = await tellAgain(tx, rows);
  await settleUntold(tx, rows, told);
  await postSoon(tx, ids);
  const counts = Map.groupBy(told, ({ tenant_id }) => tenant_id);
  await recordAudits(
    tx,
    missed.map(({ id, gone_up_to }) => ({
      actor: 'system',
      action: 'propagation.told-again',
      subject: id,
      details: { receipts: counts.get(id)?.length ?? 0, goneUpTo: gone_up_to },
    })),
  );
}

/** Whose token was revoked the operator knows no more: there is nothing to tell, and nothing to wait for. They are held. */
async function settleUntold(
  tx: Tx,
  rows: readonly ToTellAgain[],
  told: readonly ToTellAgain[],
): Promise<void> {
  const again = new Set(told.map(({ id }) => id));
  await tx.query(
    `UPDATE propagation_receipts SET acknowledged_at = clock_timestamp()
     WHERE id = ANY($1::text[]) AND acknowledged_at IS NULL`,
    [rows.map(({ id }) => id).filter((id) => !again.has(id))],
  );
}

/** Of each operator the oldest event there is, and whether an open receipt was told before it and not since. */
const OLDEST = `
  LEFT JOIN LATERAL (
    SELECT seq, at FROM feed_events WHERE topic = ${SQL_TOPIC('o.id')} ORDER BY feed_events.seq LIMIT 1
  ) f ON true
  CROSS JOIN LATERAL (
    SELECT coalesce(f.at - interval '${BEFORE_OLDEST}', statement_timestamp() - interval '${WITHOUT_ANY}') AS told_before
  ) b`;

const MISSED = `
  SELECT o.id, coalesce(f.seq - 1, t.head, 0)::float8 AS gone_up_to
  FROM unnest($1::text[]) AS seen (id) JOIN operators o ON o.id = seen.id
  LEFT JOIN feed_topics t ON t.topic = ${SQL_TOPIC('o.id')}
  ${OLDEST}
  WHERE o.suspended_at IS NULL AND EXISTS (
    SELECT FROM propagation_receipts r
    WHERE r.tenant_id = o.id AND r.acknowledged_at IS NULL
      AND r.committed_at < b.told_before AND r.told_at < b.told_before)
  ORDER BY o.id`;

const LOST = `
  SELECT ${TO_TELL_AGAIN.replace(/^id, /, 'r.id, ')}
  FROM unnest($1::text[]) AS o (id)
  ${OLDEST}
  JOIN propagation_receipts r
    ON r.tenant_id = o.id AND r.acknowledged_at IS NULL AND r.committed_at < b.told_before AND r.told_at < b.told_before
  ORDER BY r.committed_at, r.id LIMIT ${AT_ONCE_MAX}`;
