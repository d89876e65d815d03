import type { Actor } from './actor.ts';

/** Who asked for something, for the audit: a call is one, the hub itself another. */
export interface By {
  readonly actor: Actor | 'system';
  readonly requestId?: string;
}

/** The same for a record: a call keeps its request id where spreading does not find it. */
export function who({ actor, requestId }: By): By {
  return requestId === undefined ? { actor } : { actor, requestId };
}
