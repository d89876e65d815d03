import type { ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { tokens } from '@kinga/shared/tokens/contract.ts';
import type { Call } from '../../../platform/call/handler.ts';
import { actForEveryTenant, actForTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { hashOf } from '../format.ts';
import type { EndingsDeps } from '../manage/endings.ts';
import { boundTo, unknownToken } from '../operator.ts';

export interface Found {
  readonly handle: string;
  readonly operatorId: string;
}

/** Whom a report is about: staff of the register find anybody's, an operator its own. The transaction acts for as many. */
export async function findSubject(
  tx: Tx,
  { platform: { crypto }, foreignUse }: EndingsDeps,
  { token, handle }: ParsedInputOf<typeof tokens.history>,
  call: Call,
): Promise<Found> {
  const owner = boundTo(call);
  await actForEveryTenant(tx);
  const { rows } = await tx.query<{ id: string; tenant_id: string }>(
    token === undefined
      ? 'SELECT id, tenant_id FROM token_subjects WHERE id = $1'
      : 'SELECT subject_id AS id, tenant_id FROM tokens WHERE hash = $1',
    [token === undefined ? handle : Buffer.from(hashOf(crypto, token, 'token'), 'latin1')],
  );
  const [row] = rows;
  if (row === undefined) throw unknownToken();
  const found = { handle: row.id, operatorId: row.tenant_id };
  if (owner === undefined) return found;
  if (found.operatorId !== owner.operatorId) {
    foreignUse.note(found.handle, found.operatorId, owner);
    throw unknownToken();
  }
  await actForTenant(tx, owner.operatorId);
  return found;
}
