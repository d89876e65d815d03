import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { KeyActor } from '../../platform/call/actor.ts';
import type { Call } from '../../platform/call/handler.ts';

/** The operator whose machine calls: it is the key's, never an input. */
export function keyOf({ actor }: Call): KeyActor {
  if (actor.kind !== 'key') throw new KingaError('FORBIDDEN', 'Only API keys use screening tokens');
  return actor;
}

/** The same for a token that is nobody's and for one of another operator. */
export function unknownToken(): KingaError {
  return new KingaError('NOT_FOUND', 'There is no such token');
}

export function revokedToken(): KingaError {
  return new KingaError('TOKEN_REVOKED', 'The token is revoked, or was rotated out: issue anew');
}
