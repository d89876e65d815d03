import type { ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { TokenHistory, TokenState, tokens } from '@kinga/shared/tokens/contract.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import type { EndingsDeps } from '../manage/endings.ts';
import { boundTo } from '../operator.ts';
import { findSubject } from './find.ts';

const DAYS = 90;
const RECORDS_MAX = 100;
/** What an operator may see of the audit: what it did itself, not who looked at it. */
const OWN_ACTIONS = [
  'token.issued',
  'token.identified',
  'token.rotated',
  'token.revoked',
  'token.compromised',
  'token.mapped',
  'token.unmapped',
];

export async function readHistory(
  deps: EndingsDeps,
  input: ParsedInputOf<typeof tokens.history>,
  call: Call,
): Promise<TokenHistory> {
  return await deps.platform.db.transaction(async (tx) => {
    const { handle, operatorId } = await findSubject(tx, deps, input, call);
    const { rows } = await tx.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM token_customers WHERE subject_id = $1',
      [handle],
    );
    return {
      handle,
      operatorId,
      generations: await generationsOf(tx, handle),
      customers: rows[0]?.count ?? 0,
      uses: await usesOf(tx, handle),
      audit: await auditOf(tx, handle, boundTo(call) === undefined ? null : OWN_ACTIONS),
    };
  });
}

async function generationsOf(tx: Tx, handle: string): Promise<TokenHistory['generations']> {
  const { rows } = await tx.query<{
    generation: number;
    state: TokenState;
    issued_at: Date;
    ended_at: Date | null;
    works_until: Date | null;
  }>(
    `SELECT generation, state, issued_at, ended_at, works_until FROM tokens
     WHERE subject_id = $1 ORDER BY generation DESC LIMIT ${RECORDS_MAX}`,
    [handle],
  );
  return rows.map((row) => ({
    generation: row.generation,
    state: row.state,
    issuedAt: row.issued_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    worksUntil: row.works_until?.toISOString() ?? null,
  }));
}

async function usesOf(tx: Tx, handle: string): Promise<TokenHistory['uses']> {
  const { rows } = await tx.query<{ day: string; validated: number; hits: number }>(
    `SELECT u.day::text AS day, sum(u.validated)::float8 AS validated, sum(u.hits)::float8 AS hits
     FROM token_usage u JOIN tokens t ON t.id = u.token_id
     WHERE t.subject_id = $1 AND u.day > (clock_timestamp() AT TIME ZONE 'Africa/Nairobi')::date - ${DAYS}
     GROUP BY u.day ORDER BY u.day DESC`,
    [handle],
  );
  return rows;
}

async function auditOf(
  tx: Tx,
  handle: string,
  actions: readonly string[] | null,
): Promise<TokenHistory['audit']> {
  const { rows } = await tx.query<{
    at: Date;
    action: string;
    actor: string;
    details: Record<string, unknown>;
  }>(
    `SELECT at, action, actor, details FROM audit_log
     WHERE subject = $1 AND ($2::text[] IS NULL OR action = ANY($2)) ORDER BY id DESC LIMIT ${RECORDS_MAX}`,
    [handle, actions],
  );
  return rows.map(({ at, ...record }) => ({ at: at.toISOString(), ...record }));
}
