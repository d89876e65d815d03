import { type Alert, type alerts, alertTopics } from '@kinga/shared/alerts/contract.ts';
import { conflict, notFound } from '@kinga/shared/contract/errors.ts';
import { PAGE_SIZE } from '@kinga/shared/contract/fields.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { Domain } from '../../domain.ts';
import { beforeId } from '../../platform/call/cursor.ts';
import type { Call } from '../../platform/call/handler.ts';
import type { Platform } from '../../platform/context.ts';
import { recordAudit } from '../../platform/outbox/audit.ts';
import { appendEvents } from '../../platform/outbox/outbox.ts';
import { ALERT_COLUMNS, type AlertRow, alertOf } from './raise.ts';

export { type NewAlert, raiseAlert, resolveAlert, resolveUnseen } from './raise.ts';

export interface Alerts {
  readonly domain: Domain<typeof alerts>;
}

/** What somebody accountable has to look at, with an explanation. Raised by the domain that saw it. */
export function createAlerts(platform: Platform): Alerts {
  return {
    domain: {
      name: 'alerts',
      handlers: {
        list: (input) => list(platform, input),
        resolve: (input, call) => resolve(platform, input, call),
      },
      outboxLogs: [{ topic: alertTopics.alerts }],
    },
  };
}

async function list(
  { db }: Platform,
  { state, kind, operatorId, cursor }: ParsedInputOf<typeof alerts.list>,
): Promise<OutputOf<typeof alerts.list>> {
  const { rows } = await db.query<AlertRow>(
    `SELECT ${ALERT_COLUMNS} FROM alerts
     WHERE ($1::text IS NULL OR (resolved_at IS NULL) = ($1 = 'open'))
       AND ($2::text IS NULL OR kind = $2) AND ($3::text IS NULL OR operator_id = $3)
       AND ($4::text IS NULL OR id < $4)
     ORDER BY id DESC LIMIT ${PAGE_SIZE + 1}`,
    [state ?? null, kind ?? null, operatorId ?? null, beforeId('alr', cursor)],
  );
  const items = rows.slice(0, PAGE_SIZE).map(alertOf);
  const last = items.at(-1);
  return rows.length > PAGE_SIZE && last ? { items, nextCursor: last.id } : { items };
}

async function resolve(
  { db }: Platform,
  { id, resolution }: ParsedInputOf<typeof alerts.resolve>,
  call: Call,
): Promise<Alert> {
  return await db.transaction(async (tx) => {
    const { rows } = await tx.query<AlertRow>(
      `UPDATE alerts SET resolved_at = clock_timestamp(), resolution = $2
       WHERE id = $1 AND resolved_at IS NULL RETURNING ${ALERT_COLUMNS}`,
      [id, resolution],
    );
    const [row] = rows;
    if (row === undefined) {
      const known = await tx.query('SELECT FROM alerts WHERE id = $1', [id]);
      throw known.rowCount === 0
        ? notFound('id', 'There is no such alert')
        : conflict('id', 'The alert is resolved already');
    }
    const resolved = alertOf(row);
    const { actor, requestId } = call;
    await recordAudit(tx, { actor, requestId, action: 'alert.resolved', subject: id });
    await appendEvents(tx, [{ topic: alertTopics.alerts.pattern, type: 'resolved', data: resolved }]);
    return resolved;
  });
}
