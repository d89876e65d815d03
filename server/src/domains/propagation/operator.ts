import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { Call } from '../../platform/call/handler.ts';

/** The operator whose machine calls: it is the key's, never an input. */
export function machineOf({ actor }: Call): string {
  if (actor.kind !== 'key') throw new KingaError('FORBIDDEN', 'Only an operator’s API keys do this');
  return actor.operatorId;
}
