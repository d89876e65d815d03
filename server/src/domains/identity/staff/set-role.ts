import { conflict, invalidInput, KingaError, notFound } from '@kinga/shared/contract/errors.ts';
import { isPersonal, type OutputOf, type ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { identity } from '@kinga/shared/identity/contract.ts';
import type { Call } from '../../../platform/call/handler.ts';
import { sqlStateOf } from '../../../platform/db/errors.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import { type AccountRow, accountOf } from '../accounts.ts';
import type { OwnParts } from '../parts.ts';
import { tellGrantsChanged } from '../permissions/known-grants.ts';
import { revokeSessions, standingSessions } from '../sessions/sessions.ts';
import { byOf, signedIn } from '../signed-in.ts';

type Input = ParsedInputOf<typeof identity.setRole>;
type Answer = OutputOf<typeof identity.setRole>;

interface Row extends AccountRow {
  readonly suspended_at: Date | null;
  readonly left_operator_id: string | null;
}

const FOREIGN_KEY_VIOLATION = '23503';

/** Whoever has it signs in anew: no token of the old role is good any more. */
export async function setRole(
  { platform, revocations }: OwnParts,
  input: Input,
  call: Call,
): Promise<Answer> {
  if (input.accountId === signedIn(call).accountId) {
    throw conflict('accountId', 'Nobody changes their own role');
  }
  if (input.operatorId !== undefined && input.role !== 'operator') {
    throw invalidInput('operatorId', 'only with the role operator');
  }
  const { answer, ended } = await platform.db.transaction(async (tx) => {
    const before = await lockBoth(tx, input.accountId, call);
    const operatorId = input.operatorId ?? null;
    if (before.role === input.role && before.operator_id === operatorId) {
      return { answer: answerOf(before), ended: [] };
    }
    refuse(before, input);
    const after = { ...before, role: input.role, operator_id: operatorId };
    await store(tx, before, after);
    await tx.query('DELETE FROM account_permissions WHERE account_id = $1', [before.id]);
    await tellGrantsChanged(tx);
    const details = { from: before.role, to: input.role, operatorId };
    await recordAudit(tx, { ...byOf(call), action: 'account.role-set', subject: before.id, details });
    const standing = await standingSessions(tx, { accountId: before.id });
    return { answer: answerOf(after), ended: await revokeSessions(tx, revocations, standing) };
  });
  for (const id of ended) revocations.announce({ kind: 'session', id });
  return answer;
}

/** Of two administrators who take the role from each other at once, one stays. */
async function lockBoth(tx: Tx, accountId: string, call: Call): Promise<Row> {
  const own = signedIn(call).accountId;
  const { rows } = await tx.query<Row>(
    `SELECT id, email, role, operator_id, created_at, suspended_at, left_operator_id FROM accounts
     WHERE id IN ($1, $2) ORDER BY id FOR NO KEY UPDATE`,
    [accountId, own],
  );
  const caller = rows.find(({ id }) => id === own);
  if (caller?.role !== 'admin' || caller.suspended_at !== null) {
    throw new KingaError('FORBIDDEN', 'Only administrators do this');
  }
  const account = rows.find(({ id }) => id === accountId);
  if (account === undefined) throw notFound('accountId', 'There is no such account');
  return account;
}

function refuse({ email, operator_id: operator, left_operator_id: left }: Row, input: Input): void {
  // A number's next owner would be let in: see OwnPasswords.
  if (email === null && !isPersonal(input.role)) {
    throw conflict('role', 'This account has no e-mail address to sign in with');
  }
  const served = operator ?? left;
  if (input.operatorId !== undefined && served !== null && served !== input.operatorId) {
    throw conflict('operatorId', 'An account serves one operator in its life');
  }
}

async function store(tx: Tx, before: Row, after: Row): Promise<void> {
  const hasLeft = before.operator_id !== null && after.operator_id === null;
  try {
    await tx.query(
      `UPDATE accounts SET role = $2, operator_id = $3,
         left_operator_id = CASE WHEN $3::text IS NULL THEN coalesce($4, left_operator_id) END,
         left_operator_at = CASE WHEN $5 THEN clock_timestamp()
                                 WHEN $3::text IS NULL THEN left_operator_at END
       WHERE id = $1`,
      [before.id, after.role, after.operator_id, before.operator_id, hasLeft],
    );
  } catch (error) {
    if (sqlStateOf(error) !== FOREIGN_KEY_VIOLATION) throw error;
    throw notFound('operatorId', 'There is no such operator', error);
  }
}

function answerOf(row: Row): Answer {
  return { ...accountOf(row), suspendedAt: row.suspended_at?.toISOString() ?? null };
}
