import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { KeyActor } from '../../platform/call/actor.ts';
import type { Call } from '../../platform/call/handler.ts';

export function isSandboxKey({ actor }: Call): boolean {
  return actor.kind === 'key' && actor.environment === 'sandbox';
}

export function sandboxKeyOf({ actor }: Call): KeyActor {
  if (actor.kind === 'key' && actor.environment === 'sandbox') return actor;
  throw new KingaError('FORBIDDEN', 'Only for sandbox keys (kk_test_...)');
}

/** Whose sandbox: a sandbox key's operator, or that of its staff. */
export function operatorOf(call: Call): string {
  const { actor } = call;
  if (actor.kind !== 'account') return sandboxKeyOf(call).operatorId;
  if (actor.operatorId === null) throw new KingaError('FORBIDDEN', 'Only for the staff of an operator');
  return actor.operatorId;
}
