import type { WireServer } from './wire-server.ts';

export const TOPIC = 'exclusions/changes';
const at = '2026-11-20T09:00:00.000Z';

export interface WatchInput {
  topic: string;
  from?: { epoch: string; seq: number };
}

/** A log of `head` events that resumes like the hub does: the ack, then everything after `from`. */
export class LogServer {
  epoch = 'e1';
  head: number;
  /** Sent at most this many events after a `from`; then it waits. */
  burst = Number.POSITIVE_INFINITY;
  readonly wire: WireServer;

  constructor(wire: WireServer, head: number) {
    this.wire = wire;
    this.head = head;
    wire.on('watch', ({ input, answer, socket }) => {
      const { topic, from } = input as WatchInput;
      const resumed = from !== undefined && from.epoch === this.epoch && from.seq <= this.head;
      answer({ ok: true, data: { topic, kind: 'log', epoch: this.epoch, seq: this.head, resumed } });
      const last = Math.min(this.head, (from?.seq ?? 0) + this.burst);
      if (resumed) for (let seq = from.seq + 1; seq <= last; seq += 1) socket.emit('event', this.event(seq));
    });
    wire.answer('unwatch', {});
  }

  event(seq: number) {
    const data = { subject: `s_${seq}`, effectiveAt: at };
    return { topic: TOPIC, epoch: this.epoch, seq, at, type: 'registered', data };
  }

  heartbeat() {
    return { at, heads: { [TOPIC]: { epoch: this.epoch, seq: this.head, asOf: at } } };
  }

  append(): void {
    this.head += 1;
    this.wire.emit('event', this.event(this.head));
  }
}

/** The next items; fewer when the watch ends before. */
export async function take<TItem>(iterator: AsyncIterator<TItem>, count: number): Promise<TItem[]> {
  const items: TItem[] = [];
  while (items.length < count) {
    const { done, value } = await iterator.next();
    if (done) break;
    items.push(value);
  }
  return items;
}
