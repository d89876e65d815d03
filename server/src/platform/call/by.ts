import type { Actor } from './actor.ts';

/** Who asked for something, for the audit: a call is one, the hub itself another. */
export interface By {
  readonly actor: Actor | 'system';
  readonly requestId?: string;
}
