import { type Actor, actorName } from '../call/actor.ts';
import type { Tx } from '../db/tx.ts';

export interface AuditRecord {
  readonly actor: Actor | 'system';
  /** `noun.verb`, e.g. `exclusion.registered`. */
  readonly action: string;
  /** The id of what it was done to. */
  readonly subject: string;
  /** No personal data: ids, codes and counts only. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly requestId?: string;
}

/** One row in the audit, in the same transaction as what it speaks of. */
export async function recordAudit(tx: Tx, record: AuditRecord): Promise<void> {
  await recordAudits(tx, [record]);
}

/** The same for many at once, in one statement. */
export async function recordAudits(tx: Tx, records: readonly AuditRecord[]): Promise<void> {
  if (records.length === 0) return;
  await tx.query(
    `INSERT INTO audit_log (actor, action, subject, details, request_id)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::jsonb[], $5::text[])`,
    [
      records.map(({ actor }) => (actor === 'system' ? 'system' : actorName(actor))),
      records.map(({ action }) => action),
      records.map(({ subject }) => subject),
      records.map(({ details }) => JSON.stringify(details ?? {})),
      records.map(({ requestId }) => requestId ?? null),
    ],
  );
}
