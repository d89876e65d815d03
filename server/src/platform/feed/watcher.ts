import type { Bye, WatchAck, WatchRequest } from '@kinga/shared/contract/wire.ts';
import type { Socket } from 'socket.io';
import type { Actor } from '../call/actor.ts';

/** The seam between the gateway, which owns sockets, and the feed, which owns topics: one socket that watches. */
export interface Watcher {
  readonly id: string;
  /** Who stands behind the socket now: a renewed token may change it. */
  readonly actor: Actor;
  readonly socket: Socket;
  emit(event: 'event' | 'reset' | 'heartbeat', payload: unknown): void;
  /** Says `bye` and closes the transport, so that the client may reconnect by itself. */
  close(bye: Bye): void;
}

/** What the gateway asks of the feed. Input is parsed already; anonymous callers never get here. */
export interface WatcherFeed {
  attach(watcher: Watcher): void;
  /** The socket is gone: every watch of it ends. */
  detach(watcher: Watcher): void;
  /**
   * The gateway acknowledges in the first reaction to the returned promise. The ack must precede the first
   * event, so the feed emits nothing of this watch before a setImmediate after it settled.
   *
   * `isAwaited` is asked in the turn in which the watch would begin. Once the caller has been told that there is
   * no answer (its deadline), the watch never begins, and one that it would have replaced goes on.
   */
  watch(watcher: Watcher, input: WatchRequest, isAwaited?: () => boolean): Promise<WatchAck>;
  unwatch(watcher: Watcher, input: { readonly topic: string }): { readonly topic: string };
}
