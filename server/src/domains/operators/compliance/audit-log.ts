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
    const { actors, subjects, actedUntil, doneUntil } = await namesOf(tx, operatorId);
    const values = [actors, subjects, cursor ?? null, actedUntil, doneUntil];
    const { rows } = await tx.query<Row>(READ, values);
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

interface Names {
  readonly actors: string[];
  readonly subjects: string[];
  /** For each of them until when it is the operator's business; null: it still is. */
  readonly actedUntil: (Date | null)[];
  readonly doneUntil: (Date | null)[];
}

/** Under which names an operator's keys and staff act, and what is done to an operator is done to. */
async function namesOf(tx: Tx, operatorId: string): Promise<Names> {
  const { rows } = await tx.query<{
    kind: 'key' | 'account' | 'application';
    id: string;
    until: Date | null;
  }>(
    `SELECT 'key' AS kind, id, NULL::timestamptz AS until FROM api_keys WHERE tenant_id = $1
     UNION ALL SELECT 'account', id, NULL FROM accounts WHERE operator_id = $1
     UNION ALL SELECT 'account', id, left_operator_at FROM accounts WHERE left_operator_id = $1
     UNION ALL SELECT 'application', id, NULL FROM operator_applications WHERE operator_id = $1`,
    [operatorId],
  );
  const acting = rows.filter(({ kind }) => kind !== 'application');
  return {
    actors: acting.map(({ kind, id }) => `${kind}:${id}`),
    actedUntil: acting.map(({ until }) => until),
    subjects: [operatorId, ...rows.map(({ id }) => id)],
    doneUntil: [null, ...rows.map(({ until }) => until)],
  };
}

/** For each name the newest by its index, so that a quiet operator costs no walk through the whole log. */
const READ = `
  SELECT DISTINCT ON (id) id, at, actor, action, subject, details, request_id FROM (
    SELECT log.* FROM unnest($1::text[], $4::timestamptz[]) AS name (actor, until), LATERAL (
      SELECT * FROM audit_log a WHERE a.actor = name.actor AND ($3::bigint IS NULL OR a.id < $3)
        AND (name.until IS NULL OR a.at <= name.until)
      ORDER BY a.id DESC LIMIT ${PAGE_SIZE + 1}) log
    UNION ALL
    SELECT log.* FROM unnest($2::text[], $5::timestamptz[]) AS name (subject, until), LATERAL (
      SELECT * FROM audit_log a WHERE a.subject = name.subject AND ($3::bigint IS NULL OR a.id < $3)
        AND (name.until IS NULL OR a.at <= name.until)
      ORDER BY a.id DESC LIMIT ${PAGE_SIZE + 1}) log
  ) found
  ORDER BY id DESC LIMIT ${PAGE_SIZE + 1}`;
