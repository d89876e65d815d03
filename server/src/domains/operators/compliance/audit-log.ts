import { invalidInput } from '@kinga/shared/contract/errors.ts';
import { PAGE_SIZE } from '@kinga/shared/contract/fields.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { operators } from '@kinga/shared/operators/contract.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Platform } from '../../../platform/context.ts';
import { actForTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { operatorOfCall } from '../access.ts';

interface Row {
  readonly id: string;
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly details: Record<string, unknown>;
  readonly request_id: string | null;
}

export async function getAuditLog(
  { db }: Platform,
  input: ParsedInputOf<typeof operators.auditLog>,
  call: Call,
): Promise<OutputOf<typeof operators.auditLog>> {
  const { cursor } = input;
  if (cursor !== undefined && !/^\d{1,18}$/.test(cursor))
    throw invalidInput('cursor', 'not one of this list');
  return await db.transaction(async (tx) => {
    const operatorId = await operatorOfCall(tx, call.actor, input);
    await actForTenant(tx, operatorId);
    const { actors, subjects } = await namesOf(tx, operatorId);
    const { rows } = await tx.query<Row>(READ, [actors, subjects, cursor ?? null]);
    const items = rows.slice(0, PAGE_SIZE).map((row) => ({
      at: row.at.toISOString(),
      actor: row.actor,
      action: row.action,
      subject: row.subject,
      details: row.details,
      requestId: row.request_id,
    }));
    const last = rows[PAGE_SIZE - 1];
    return rows.length > PAGE_SIZE && last ? { items, nextCursor: last.id } : { items };
  });
}

/** Under which names an operator's keys and staff act, and what is done to an operator is done to. */
async function namesOf(tx: Tx, operatorId: string): Promise<{ actors: string[]; subjects: string[] }> {
  const { rows } = await tx.query<{ kind: 'key' | 'account' | 'application'; id: string }>(
    `SELECT 'key' AS kind, id FROM api_keys WHERE tenant_id = $1
     UNION ALL SELECT 'account', id FROM accounts WHERE operator_id = $1
     UNION ALL SELECT 'application', id FROM operator_applications WHERE operator_id = $1`,
    [operatorId],
  );
  return {
    actors: rows.filter(({ kind }) => kind !== 'application').map(({ kind, id }) => `${kind}:${id}`),
    subjects: [operatorId, ...rows.map(({ id }) => id)],
  };
}

/** For each name the newest by its index, so that a quiet operator costs no walk through the whole log. */
const READ = `
  SELECT DISTINCT ON (id) id, at, actor, action, subject, details, request_id FROM (
    SELECT log.* FROM unnest($1::text[]) AS name (actor), LATERAL (
      SELECT * FROM audit_log a WHERE a.actor = name.actor AND ($3::bigint IS NULL OR a.id < $3)
      ORDER BY a.id DESC LIMIT ${PAGE_SIZE + 1}) log
    UNION ALL
    SELECT log.* FROM unnest($2::text[]) AS name (subject), LATERAL (
      SELECT * FROM audit_log a WHERE a.subject = name.subject AND ($3::bigint IS NULL OR a.id < $3)
      ORDER BY a.id DESC LIMIT ${PAGE_SIZE + 1}) log
  ) found
  ORDER BY id DESC LIMIT ${PAGE_SIZE + 1}`;
