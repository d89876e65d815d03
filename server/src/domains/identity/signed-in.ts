import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { AccountActor } from '../../platform/call/actor.ts';
import type { Call } from '../../platform/call/handler.ts';

/** The account that calls: for procedures that API keys may not call. */
export function signedIn(call: Call): AccountActor {
  if (call.actor.kind !== 'account') throw new KingaError('UNAUTHENTICATED', 'Sign in first');
  return call.actor;
}

/** Who asked, for the audit. */
export function byOf({ actor, requestId }: Call): Pick<Call, 'actor' | 'requestId'> {
  return { actor, requestId };
}
