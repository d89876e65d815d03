import type { Socket } from 'socket.io';

type Connection = Socket['conn'];
/** What engine.io keeps of a message until the transport takes it. */
interface Packet {
  readonly data?: unknown;
}
/** Counts a packet's bytes when it is an unread log event of a live watch; 0 otherwise. */
export type Weigh = (data: string) => number;

/**
 * What a socket has been given and has not taken yet. Packets wait in the connection's buffer while the
 * transport writes the batch before them; that batch counts until the transport says it has left.
 */
export class SocketMeter {
  readonly #connection: Connection;
  readonly #weigh: Weigh;
  #inFlightBytes = 0;
  #drains = 0;
  #lastQueuedBytes = 0;
  #waiting: { drains: number; resolve: () => void }[] = [];

  constructor(connection: Connection, weigh: Weigh) {
    this.#connection = connection;
    this.#weigh = weigh;
    connection.on('flush', this.#onFlush);
    connection.on('close', this.#release);
    connection.transport.on('drain', this.#onDrain);
  }

  /** Bytes of live log events this side still holds for the socket. */
  unreadBytes(): number {
    let bytes = Math.min(this.#inFlightBytes, this.#tcpBytes());
    for (const packet of waitingPackets(this.#connection)) bytes += this.#weighed(packet);
    return bytes;
  }

  /** Has anything left since this was last asked? */
  progressed(): boolean {
    const queuedBytes = this.#queuedBytes();
    const moved = this.#drains > 0 || queuedBytes < this.#lastQueuedBytes;
    this.#drains = 0;
    this.#lastQueuedBytes = queuedBytes;
    return moved;
  }

  /** Resolves when everything written so far has left, or the connection is gone. */
  async drained(): Promise<void> {
    const { readyState, transport } = this.#connection;
    if (readyState !== 'open') return;
    // One batch is being written, and what waits behind it leaves as one more.
    const drains = (transport.writable ? 0 : 1) + (waitingPackets(this.#connection).length > 0 ? 1 : 0);
    if (drains === 0) return;
    await new Promise<void>((resolve) => this.#waiting.push({ drains, resolve }));
  }

  dispose(): void {
    this.#connection.off('flush', this.#onFlush);
    this.#connection.off('close', this.#release);
    this.#connection.transport.off('drain', this.#onDrain);
    this.#release();
  }

  readonly #onFlush = (packets: readonly Packet[]): void => {
    let bytes = 0;
    for (const packet of packets) bytes += this.#weighed(packet);
    this.#inFlightBytes = bytes;
  };

  readonly #onDrain = (): void => {
    this.#inFlightBytes = 0;
    this.#drains++;
    if (this.#waiting.length === 0) return;
    const done = this.#waiting.filter((waiter) => --waiter.drains === 0);
    this.#waiting = this.#waiting.filter((waiter) => waiter.drains > 0);
    for (const waiter of done) waiter.resolve();
  };

  readonly #release = (): void => {
    for (const waiter of this.#waiting.splice(0)) waiter.resolve();
  };

  #weighed(packet: Packet): number {
    return typeof packet.data === 'string' ? this.#weigh(packet.data) : 0;
  }

  #tcpBytes(): number {
    return this.#connection.request.socket?.writableLength ?? Number.POSITIVE_INFINITY;
  }

  /**
   * A batch of a megabyte leaves in one write, which is one drain after many seconds on a slow line; the
   * handle's own queue, where Node shows it, shrinks all the while.
   */
  #queuedBytes(): number {
    const handle: unknown = Reflect.get(this.#connection.request.socket ?? {}, '_handle');
    const size: unknown =
      typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'writeQueueSize') : 0;
    return typeof size === 'number' ? size : 0;
  }
}

/** engine.io's own buffer: not in its types, but the only place that knows. */
export function waitingPackets(connection: Connection): readonly Packet[] {
  const packets: unknown = Reflect.get(connection, 'writeBuffer');
  return Array.isArray(packets) ? packets : [];
}

/** Everything this side still holds for the socket, answers included; UTF-16 units are near enough. */
export function heldBytes(connection: Connection): number {
  let bytes = connection.request.socket?.writableLength ?? 0;
  for (const { data } of waitingPackets(connection)) if (typeof data === 'string') bytes += data.length;
  return bytes;
}

const EVENT_HEAD = '2["event",{"topic":"';

/** The topic of an encoded event, or undefined for any other packet. */
export function topicOfPacket(data: string): string | undefined {
  if (!data.startsWith(EVENT_HEAD)) return undefined;
  const end = data.indexOf('"', EVENT_HEAD.length);
  return end < 0 ? undefined : data.slice(EVENT_HEAD.length, end);
}
