import type { Watcher } from '../feed/watcher.ts';
import type { Actor } from './actor.ts';

/** Where calls come from: one live socket, or one HTTP request. */
export interface Caller {
  readonly actor: Actor;
  /** Stable name of the actor: what personal limits count by. */
  readonly name: string;
  readonly address: string;
  /** What per-address limits count by; undefined for addresses that are exempt. */
  readonly addressKey: string | undefined;
  /** Calls of this caller that run now. */
  unanswered: number;
  readonly rearm: ((actor: Actor) => void) | undefined;
  /** Absent over HTTP, where nothing can be watched. */
  readonly watcher: Watcher | undefined;
}
