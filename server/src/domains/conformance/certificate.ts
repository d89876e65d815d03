import type { Certificate, conformance } from '@kinga/shared/conformance/contract.ts';
import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { Call } from '../../platform/call/handler.ts';
import type { Platform } from '../../platform/context.ts';
import { actForTenant } from '../../platform/db/tenant.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { type Operators, operatorOfCall } from '../operators/index.ts';
import { operatorOf } from '../sandbox/index.ts';

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

/** A live key, by the operator's own staff. It is refused like an oracle where others only raise an alarm. */
export async function applyForProductionKey(
  { db }: Platform,
  operators: Pick<Operators, 'issueKey'>,
  { label, scopes }: ParsedInputOf<typeof conformance.applyForProductionKey>,
  call: Call,
): Promise<OutputOf<typeof conformance.applyForProductionKey>> {
  const operatorId = operatorOf(call);
  const certificate = await db.transaction((tx) => certificateOf(tx, operatorId));
  if (certificate?.isValid !== true) {
    throw new KingaError(
      'NOT_CERTIFIED',
      'The operator has not passed the conformance suite within the last 12 months',
    );
  }
  const { validUntil: expiresAt } = certificate;
  const terms = { mode: 'block', environment: 'live', expiresAt } as const;
  const issued = await operators.issueKey({ operatorId, label, scopes, ...terms }, call);
  return { ...issued, endsAt: expiresAt };
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
