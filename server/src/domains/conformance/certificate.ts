import type { Certificate, conformance } from '@kinga/shared/conformance/contract.ts';
import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { Call } from '../../platform/call/handler.ts';
import type { Platform } from '../../platform/context.ts';
import { actForTenant } from '../../platform/db/tenant.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { recordAudit } from '../../platform/outbox/audit.ts';
import { type Operators, operatorOfCall, refuseMoreKeys } from '../operators/index.ts';
import { operatorOf } from '../sandbox/index.ts';

export interface ConformanceDeps {
  readonly operators: Pick<Operators, 'issueOwn'>;
  /** Throws while the operator is blocked for how it asks; the transaction acts for the operator from then on. */
  readonly screening: { readonly refuseWhileBlocked: (tx: Tx, operatorId: string) => Promise<void> };
}

export async function getCertificate(
  { db }: Platform,
  input: ParsedInputOf<typeof conformance.certificate>,
  call: Call,
): Promise<OutputOf<typeof conformance.certificate>> {
  return await db.transaction(async (tx) => {
    const operatorId = await operatorOfCall(tx, call.actor, input);
    return { operatorId, certificate: await certificateOf(tx, operatorId) };
  });
}

/**
 * A live key, by the operator's own staff: the certificate is what an administrator's word is for other keys, so
 * it is asked for in the transaction that makes the key. One key is blocked for what it asked: a new one, or one of
 * a stock of them, must not be the way on.
 */
export async function applyForProductionKey(
  { db }: Platform,
  { operators, screening }: ConformanceDeps,
  { label, scopes, publicKey }: ParsedInputOf<typeof conformance.applyForProductionKey>,
  by: Call,
): Promise<OutputOf<typeof conformance.applyForProductionKey>> {
  const operatorId = operatorOf(by);
  return await db.transaction(async (tx) => {
    const certificate = await certificateOf(tx, operatorId);
    if (certificate?.isValid !== true) {
      throw new KingaError(
        'NOT_CERTIFIED',
        'The operator has not passed the conformance suite within the last 12 months',
      );
    }
    await screening.refuseWhileBlocked(tx, operatorId);
    await refuseMoreKeys(tx, operatorId);
    const { validUntil: expiresAt, runId } = certificate;
    const key = { operatorId, label, scopes, publicKey, expiresAt };
    const issued = await operators.issueOwn(tx, { key, by });
    const { actor, requestId } = by;
    const details = { operatorId, runId };
    await recordAudit(tx, {
      actor,
      requestId,
      action: 'conformance.key-issued',
      subject: issued.keyId,
      details,
    });
    return { ...issued, endsAt: expiresAt };
  });
}

/** The last one; the transaction acts for this operator from then on. */
async function certificateOf(tx: Tx, operatorId: string): Promise<Certificate | null> {
  await actForTenant(tx, operatorId);
  const { rows } = await tx.query<{
    run_id: string;
    vectors: number;
    passed_at: Date;
    valid_until: Date;
    is_valid: boolean;
  }>(
    `SELECT run_id, vectors, passed_at, valid_until, valid_until > clock_timestamp() AS is_valid
     FROM conformance_certificates WHERE tenant_id = $1 ORDER BY passed_at DESC LIMIT 1`,
    [operatorId],
  );
  const [row] = rows;
  if (row === undefined) return null;
  return {
    runId: row.run_id,
    vectors: row.vectors,
    passedAt: row.passed_at.toISOString(),
    validUntil: row.valid_until.toISOString(),
    isValid: row.is_valid,
  };
}
