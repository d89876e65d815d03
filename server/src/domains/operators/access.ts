import { invalidInput, type KingaError, notFound } from '@kinga/shared/contract/errors.ts';
import type { Actor } from '../../platform/call/actor.ts';
import type { Tx } from '../../platform/db/tx.ts';

/** Whose staff or machine this is; undefined: of nobody, or somebody who looks after all of them. */
function ownOperator(actor: Actor): string | undefined {
  if (actor.kind === 'key') return actor.operatorId;
  if (actor.kind !== 'account' || actor.role !== 'operator') return undefined;
  // Not a member of any operator yet: of one that nobody is a member of.
  return actor.operatorId ?? '';
}

/** May this actor know of that operator? */
export function maySee(actor: Actor, operatorId: string): boolean {
  const own = ownOperator(actor);
  return own === undefined || own === operatorId;
}

/**
 * The operator a call is about: one's own without saying so. Somebody else's is told like one that does not
 * exist.
 */
export async function operatorOfCall(
  tx: Tx,
  actor: Actor,
  { operatorId }: { operatorId?: string | undefined },
): Promise<string> {
  const id = operatorId ?? ownOperator(actor);
  if (id === undefined) throw invalidInput('operatorId', 'whose?');
  if (!maySee(actor, id) || !(await operatorExists(tx, id))) throw unknownOperator();
  return id;
}

export async function operatorExists(tx: Tx, operatorId: string): Promise<boolean> {
  const { rows } = await tx.query('SELECT 1 FROM operators WHERE id = $1', [operatorId]);
  return rows.length > 0;
}

export async function isSuspended(tx: Tx, operatorId: string): Promise<boolean> {
  const { rows } = await tx.query('SELECT FROM operators WHERE id = $1 AND suspended_at IS NOT NULL', [
    operatorId,
  ]);
  return rows.length > 0;
}

export function unknownOperator(): KingaError {
  return notFound('operatorId', 'There is no such operator');
}
