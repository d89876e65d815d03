import { KingaError, notFound } from '@kinga/shared/contract/errors.ts';
import type { KeyActor } from '../../platform/call/actor.ts';
import { isStaff } from '../../platform/call/grants.ts';
import type { Call } from '../../platform/call/handler.ts';

/** Who acts for one operator: a machine of it, named by its key, or somebody of its staff. */
export interface OfOperator {
  readonly operatorId: string;
  readonly keyId?: string | undefined;
}

/** The operator whose machine calls: it is the key's, never an input. */
export function keyOf({ actor }: Call): KeyActor {
  if (actor.kind !== 'key') throw new KingaError('FORBIDDEN', 'Only API keys use screening tokens');
  return actor;
}

/** Who calls for which operator: that is the key's or the account's, never an input. */
export function ownerOf(call: Call): OfOperator {
  const owner = boundTo(call);
  if (owner === undefined) throw ofNoOperator();
  return owner;
}

/** The one operator that the caller may know of; undefined: staff of the register, who look after all of them. */
export function boundTo({ actor }: Call): OfOperator | undefined {
  if (actor.kind === 'key') return actor;
  if (actor.kind === 'account' && isStaff(actor.role)) return undefined;
  if (actor.kind !== 'account' || actor.role !== 'operator' || actor.operatorId === null)
    throw ofNoOperator();
  return { operatorId: actor.operatorId };
}

function ofNoOperator(): KingaError {
  return new KingaError('FORBIDDEN', 'Only for an operator’s own systems and staff');
}

/** The same for a token that is nobody's and for one of another operator. */
export function unknownToken(path = 'token'): KingaError {
  return notFound(path, 'There is no such token');
}

export function revokedToken(): KingaError {
  return new KingaError('TOKEN_REVOKED', 'The token is revoked, or was rotated out: issue anew');
}
