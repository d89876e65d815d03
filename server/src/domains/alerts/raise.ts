import type { Alert, AlertKind, AlertSeverity } from '@kinga/shared/alerts/contract.ts';
import { alertTopics } from '@kinga/shared/alerts/contract.ts';
import { newId } from '../../platform/crypto/ids.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { recordAudit } from '../../platform/outbox/audit.ts';
import { appendEvents } from '../../platform/outbox/outbox.ts';

export interface NewAlert {
  readonly kind: AlertKind;
  readonly severity: AlertSeverity;
  readonly operatorId?: string;
  /** What makes it the same alert while it is open, e.g. `<keyId>:<subject>`. */
  readonly key: string;
  readonly explanation: string;
  /** Ids, counts and pseudonyms; never personal data. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

export interface AlertRow {
  readonly id: string;
  readonly kind: AlertKind;
  readonly severity: AlertSeverity;
  readonly operator_id: string | null;
  readonly explanation: string;
  readonly facts: Record<string, unknown>;
  readonly raised_at: Date;
  readonly count: number;
  readonly last_seen_at: Date;
  readonly resolved_at: Date | null;
  readonly resolution: string | null;
}

export const ALERT_COLUMNS = `id, kind, severity, operator_id, explanation, facts, raised_at, count,
  last_seen_at, resolved_at, resolution`;

/** In the transaction of what it speaks of. Seen again while it is open, it is counted, not raised twice. */
export async function raiseAlert(tx: Tx, alert: NewAlert): Promise<void> {
  const { rows } = await tx.query<AlertRow>(
    `INSERT INTO alerts (id, kind, severity, operator_id, open_key, explanation, facts)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (kind, open_key) WHERE resolved_at IS NULL
     DO UPDATE SET count = alerts.count + 1, last_seen_at = clock_timestamp(),
                   explanation = excluded.explanation, facts = excluded.facts
     RETURNING ${ALERT_COLUMNS}`,
    [
      newId('alr'),
      alert.kind,
      alert.severity,
      alert.operatorId ?? null,
      alert.key,
      alert.explanation,
      JSON.stringify(alert.facts ?? {}),
    ],
  );
  const [row] = rows;
  if (row?.count !== 1) return;
  await appendEvents(tx, [{ topic: alertTopics.alerts.pattern, type: 'raised', data: alertOf(row) }]);
}

const CLOSE = `
  UPDATE alerts SET resolved_at = clock_timestamp(), resolution = $2
  WHERE kind = $1 AND resolved_at IS NULL`;

/** The thing is over: closed by whoever raised it. Nothing happens when none is open. */
export async function resolveAlert(
  tx: Tx,
  { kind, key, resolution }: Pick<NewAlert, 'kind' | 'key'> & { readonly resolution: string },
): Promise<void> {
  const { rows } = await tx.query<AlertRow>(`${CLOSE} AND open_key = $3 RETURNING ${ALERT_COLUMNS}`, [
    kind,
    resolution,
    key,
  ]);
  await tellResolved(tx, rows);
}

/** Of a kind that is seen again and again while it lasts: those that are not seen any more. */
export async function resolveUnseen(
  tx: Tx,
  {
    kind,
    seconds,
    resolution,
  }: Pick<NewAlert, 'kind'> & { readonly seconds: number; readonly resolution: string },
): Promise<void> {
  const { rows } = await tx.query<AlertRow>(
    `${CLOSE} AND last_seen_at < statement_timestamp() - make_interval(secs => $3) RETURNING ${ALERT_COLUMNS}`,
    [kind, resolution, seconds],
  );
  await tellResolved(tx, rows);
}

async function tellResolved(tx: Tx, rows: readonly AlertRow[]): Promise<void> {
  for (const row of rows) {
    await recordAudit(tx, { actor: 'system', action: 'alert.resolved', subject: row.id });
    await appendEvents(tx, [{ topic: alertTopics.alerts.pattern, type: 'resolved', data: alertOf(row) }]);
  }
}

export function alertOf(row: AlertRow): Alert {
  return {
    id: row.id,
    kind: row.kind,
    severity: row.severity,
    operatorId: row.operator_id,
    explanation: row.explanation,
    facts: row.facts,
    raisedAt: iso(row.raised_at),
    count: row.count,
    lastSeenAt: iso(row.last_seen_at),
    resolvedAt: row.resolved_at && iso(row.resolved_at),
    resolution: row.resolution,
  };
}

/** In a unit of work the ORM leaves times as the text PostgreSQL writes. */
function iso(at: Date): string {
  return new Date(at).toISOString();
}
