import { conflict, notFound } from '@kinga/shared/contract/errors.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { operators } from '@kinga/shared/operators/contract.ts';
import { type InvitedStaff, STAFF_MAX } from '@kinga/shared/operators/staff.ts';
import { who } from '../../platform/call/by.ts';
import type { Call } from '../../platform/call/handler.ts';
import type { Platform } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { recordAudit } from '../../platform/outbox/audit.ts';
import { operatorOfCall, unknownOperator } from './access.ts';
import type { OperatorStaff } from './staff-seam.ts';

interface Parts {
  readonly platform: Platform;
  readonly staff: OperatorStaff;
}

export async function listStaff(
  { platform, staff }: Parts,
  input: ParsedInputOf<typeof operators.staff>,
  call: Call,
): Promise<OutputOf<typeof operators.staff>> {
  return await platform.db.transaction(async (tx) => {
    const operatorId = await operatorOfCall(tx, call.actor, input);
    return { items: await staff.list(tx, operatorId) };
  });
}

export async function inviteStaff(
  { platform, staff }: Parts,
  input: ParsedInputOf<typeof operators.inviteStaff>,
  call: Call,
): Promise<InvitedStaff> {
  return await platform.db.transaction(async (tx) => {
    const { id: operatorId, name: operatorName } = await lockOwn(tx, input, { call, staff });
    const known = await staff.list(tx, operatorId);
    if (known.length >= STAFF_MAX && !known.some(({ email }) => email === input.email)) {
      throw conflict('email', `An operator has at most ${STAFF_MAX} staff and invitations`);
    }
    const { email, locale } = input;
    const invited = await staff.invite(tx, { operatorId, operatorName, email, locale });
    const details = { invitationId: invited.id };
    await recordAudit(tx, {
      ...{ ...who(call), details },
      action: 'operator.staff-invited',
      subject: operatorId,
    });
    return invited;
  });
}

export async function removeStaff(
  { platform, staff }: Parts,
  input: ParsedInputOf<typeof operators.removeStaff>,
  call: Call,
): Promise<OutputOf<typeof operators.removeStaff>> {
  if (call.actor.kind === 'account' && call.actor.accountId === input.id) {
    throw conflict('id', 'Nobody removes themselves: a colleague does');
  }
  const removed = await platform.db.transaction(async (tx) => {
    const { id: operatorId } = await lockOwn(tx, input, { call, staff });
    const done = await staff.remove(tx, operatorId, input.id);
    if (done === undefined) {
      throw notFound('id', 'There is no such member of staff and no such invitation');
    }
    await recordAudit(tx, {
      ...{ ...who(call), details: { id: input.id, what: done.what, sessionsEnded: done.sessionsEnded } },
      action: 'operator.staff-removed',
      subject: operatorId,
    });
    return done;
  });
  removed.announce();
  return { sessionsEnded: removed.sessionsEnded };
}

/**
 * Changes of one operator's staff come one after the other: of two who remove each other at once, one stays, and
 * whoever was removed meanwhile invites nobody any more.
 */
async function lockOwn(
  tx: Tx,
  input: { operatorId?: string | undefined },
  { call, staff }: { call: Call; staff: OperatorStaff },
): Promise<{ id: string; name: string }> {
  const { actor } = call;
  const operatorId = await operatorOfCall(tx, actor, input);
  const { rows } = await tx.query<{ id: string; name: string }>(
    'SELECT id, name FROM operators WHERE id = $1 FOR NO KEY UPDATE',
    [operatorId],
  );
  const [operator] = rows;
  if (operator === undefined) throw unknownOperator();
  if (actor.kind === 'account' && actor.role === 'operator') {
    const members = await staff.list(tx, operatorId);
    if (!members.some(({ id }) => id === actor.accountId)) throw unknownOperator();
  }
  return operator;
}
