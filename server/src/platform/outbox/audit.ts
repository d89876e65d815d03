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
  await tx.query(
    `INSERT INTO audit_log (actor, action, subject, details, request_id) VALUES ($1, $2, $3, $4, $5)`,
    [
      record.actor === 'system' ? 'system' : actorName(record.actor),
      record.action,
      record.subject,
      JSON.stringify(record.details ?? {}),
      record.requestId ?? null,
    ],
  );
}
