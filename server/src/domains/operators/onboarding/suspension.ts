import type { ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { operators } from '@kinga/shared/operators/contract.ts';
import type { OperatorDetail } from '@kinga/shared/operators/onboarding.ts';
import type { Revocation } from '../../../platform/call/authenticator.ts';
import type { By } from '../../../platform/call/by.ts';
import type { Platform } from '../../../platform/context.ts';
import { newId } from '../../../platform/crypto/ids.ts';
import { actForTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import type { Revocations } from '../../../platform/revocations/revocations.ts';
import { changeOperator, detailOf, lockOperator } from '../operators.ts';
import type { OperatorStaff } from '../staff-seam.ts';
import { tellOperator } from './tell.ts';

/**
 * Its keys are good while the operator is not suspended, so there is nothing to undo in them: the revocation
 * makes every node close their sockets and forget them, and each time they come back their row decides.
 */
export async function suspendOperator(
  {
    platform,
    revocations,
    staff,
  }: {
    platform: Platform;
    revocations: Revocations;
    staff: OperatorStaff;
  },
  { operatorId, reason }: ParsedInputOf<typeof operators.suspend>,
  by: By,
): Promise<OperatorDetail> {
  const suspension: Revocation = { kind: 'operator', id: operatorId, change: newId('chg') };
  const { operator, isNew } = await platform.db.unitOfWork(async (em, tx) => {
    const before = await lockOperator(em, operatorId);
    if (before.suspendedAt) return { operator: detailOf(before), isNew: false };
    const changes = { suspendedAt: new Date(), suspensionReason: reason };
    const after = await changeOperator({ em, tx }, operatorId, { changes, by, action: 'operator.suspended' });
    const told = { operatorId, name: after.name, contactEmail: after.contactEmail };
    await tellOperator(tx, { platform, staff }, { ...told, template: 'operatorSuspended' });
    await actForTenant(tx, operatorId);
    await tx.query('INSERT INTO operator_suspensions (tenant_id) VALUES ($1)', [operatorId]);
    await revocations.revoke(tx, suspension);
    return { operator: after, isNew: true };
  });
  if (isNew) revocations.announce(suspension);
  return operator;
}

export async function reinstateOperator(
  {
    platform,
    staff,
    onReinstated,
  }: {
    platform: Platform;
    staff: OperatorStaff;
    onReinstated: (tx: Tx, operatorId: string) => Promise<void>;
  },
  operatorId: string,
  by: By,
): Promise<OperatorDetail> {
  return await platform.db.unitOfWork(async (em, tx) => {
    const before = await lockOperator(em, operatorId);
    if (!before.suspendedAt) return detailOf(before);
    const changes = { suspendedAt: null, suspensionReason: null };
    const action = 'operator.reinstated';
    const after = await changeOperator({ em, tx }, operatorId, { changes, by, action });
    const told = { operatorId, name: after.name, contactEmail: after.contactEmail };
    await tellOperator(tx, { platform, staff }, { ...told, template: 'operatorReinstated' });
    await actForTenant(tx, operatorId);
    await tx.query(
      `UPDATE operator_suspensions SET reinstated_at = clock_timestamp()
       WHERE tenant_id = $1 AND reinstated_at IS NULL`,
      [operatorId],
    );
    await onReinstated(tx, operatorId);
    return after;
  });
}
