import { actorName } from '../../../platform/call/actor.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import { newId } from '../../../platform/crypto/ids.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';

export interface PersonChange {
  readonly personId: string;
  /** `identifierAdded`, `corrected`, ... */
  readonly action: string;
  /** Why, and what was there before: personal, so it is sealed. */
  readonly content: Readonly<Record<string, unknown>>;
  /** For the audit: ids, codes and counts only. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What staff did to a person: told in the audit without anything personal, kept in full under seal. */
export async function recordPersonChange(
  tx: Tx,
  { crypto, call }: { crypto: Crypto; call: Call },
  { personId, action, content, details = {} }: PersonChange,
): Promise<void> {
  const id = newId('pch');
  await tx.query(
    `INSERT INTO person_changes (id, person_id, action, content, changed_by) VALUES ($1, $2, $3, $4, $5)`,
    [id, personId, action, crypto.seal(JSON.stringify(content)), actorName(call.actor)],
  );
  await recordAudit(tx, {
    actor: call.actor,
    requestId: call.requestId,
    action: `person.${action}`,
    subject: personId,
    details: { ...details, change: id },
  });
}
