import type { FeedEvent } from '@kinga/shared/contract/wire.ts';
import type { Server } from 'socket.io';
import type { SocketMeter } from './socket-meter.ts';
import type { Watcher } from './watcher.ts';

/** A watching socket as the feed keeps it. */
export interface FeedSocket {
  readonly watcher: Watcher;
  /** From the first log it watches. */
  readonly meter: SocketMeter;
}

/** To all live watchers of a topic on this node with one encoding. Never to other nodes: each tails by itself. */
export interface RoomEmitter {
  toRoom(room: string, event: FeedEvent): void;
}

export class Rooms implements RoomEmitter {
  #io: Server | undefined;

  use(io: Server): void {
    this.#io = io;
  }

  toRoom(room: string, event: FeedEvent): void {
    this.#io?.local.to(room).emit('event', event);
  }
}

/** No socket id looks like this, so a topic is never taken for somebody's own room. */
export function roomOf(topic: string): string {
  return `topic:${topic}`;
}

/** With this node's adapters both happen within the call; only others return a promise. */
export function enterRoom(watcher: Watcher, room: string): void {
  void watcher.socket.join(room);
}

export function leaveRoom(watcher: Watcher, room: string): void {
  void watcher.socket.leave(room);
}
