import type { Ack } from '@kinga/shared/contract/errors.ts';
import type {
  Bye,
  FeedEvent,
  FeedReset,
  Heartbeat,
  Position,
  WatchAck,
} from '@kinga/shared/contract/wire.ts';
import { io, type Socket } from 'socket.io-client';

type Arrival =
  | { readonly kind: 'ack'; readonly ack: WatchAck }
  | { readonly kind: 'event'; readonly event: FeedEvent }
  | { readonly kind: 'reset'; readonly reset: FeedReset };

/**
 * A client that knows the wire and nothing else: it notes what arrives in the order of arrival, and never
 * repairs anything.
 */
export interface PlainClient extends Disposable {
  readonly socket: Socket;
  /** Everything about topics, in the order of arrival. */
  readonly arrivals: readonly Arrival[];
  readonly heartbeats: readonly Heartbeat[];
  readonly byes: readonly Bye[];
  readonly disconnects: readonly string[];
  watch(topic: string, from?: Position): Promise<Ack<WatchAck>>;
  watched(topic: string, from?: Position): Promise<WatchAck>;
  unwatch(topic: string): Promise<Ack>;
  events(topic: string): FeedEvent[];
  seqs(topic: string): number[];
  resets(topic: string): FeedReset[];
}

export async function connectPlain(
  url: string,
  auth: Readonly<Record<string, unknown>> = {},
): Promise<PlainClient> {
  const socket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false, auth });
  const arrivals: Arrival[] = [];
  const heartbeats: Heartbeat[] = [];
  const byes: Bye[] = [];
  const disconnects: string[] = [];
  socket.on('event', (event: FeedEvent) => arrivals.push({ kind: 'event', event }));
  socket.on('reset', (reset: FeedReset) => arrivals.push({ kind: 'reset', reset }));
  socket.on('heartbeat', (heartbeat: Heartbeat) => heartbeats.push(heartbeat));
  socket.on('bye', (bye: Bye) => byes.push(bye));
  socket.on('disconnect', (reason) => disconnects.push(reason));
  const watch: PlainClient['watch'] = (topic, from) =>
    new Promise((resolve) => {
      socket.emit('watch', from ? { topic, from } : { topic }, (ack: Ack<WatchAck>) => {
        // Noted as it arrives, not a turn later.
        if (ack.ok) arrivals.push({ kind: 'ack', ack: ack.data });
        resolve(ack);
      });
    });
  const events = (topic: string) =>
    arrivals.flatMap((arrival) =>
      arrival.kind === 'event' && arrival.event.topic === topic ? [arrival.event] : [],
    );
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return {
    socket,
    arrivals,
    heartbeats,
    byes,
    disconnects,
    watch,
    watched: async (topic, from) => {
      const ack = await watch(topic, from);
      if (!ack.ok) throw new Error(`${ack.error.code}: ${ack.error.message}`);
      return ack.data;
    },
    unwatch: (topic) => socket.emitWithAck('unwatch', { topic }),
    events,
    seqs: (topic) => events(topic).map((event) => event.seq),
    resets: (topic) =>
      arrivals.flatMap((arrival) =>
        arrival.kind === 'reset' && arrival.reset.topic === topic ? [arrival.reset] : [],
      ),
    [Symbol.dispose]: () => socket.disconnect(),
  };
}

/**
 * What the wire promises about one topic on one socket, judged from the order of arrival: nothing before an ack,
 * nothing twice, nothing missing, nothing out of order; after a reset from its seq. Throws where it is broken.
 */
export function checkLog(
  client: Pick<PlainClient, 'arrivals'>,
  topic: string,
  asked: readonly (number | undefined)[],
) {
  let expected: number | undefined;
  let watches = 0;
  for (const arrival of client.arrivals) {
    if (arrival.kind === 'ack' && arrival.ack.topic === topic) {
      const from = asked[watches++];
      expected = (arrival.ack.resumed ? (from ?? Number.NaN) : arrival.ack.seq) + 1;
    } else if (arrival.kind === 'reset' && arrival.reset.topic === topic) {
      expected = arrival.reset.seq + 1;
    } else if (arrival.kind === 'event' && arrival.event.topic === topic) {
      if (arrival.event.seq !== expected) {
        throw new Error(`${topic}: got seq ${arrival.event.seq}, expected ${expected}`);
      }
      expected++;
    }
  }
}

/** The client's process is busy elsewhere: nothing is taken from the network until it reads again. */
export function stopReading(client: PlainClient): void {
  rawSocket(client).pause();
}

export function readAgain(client: PlainClient): void {
  rawSocket(client).resume();
}

function rawSocket(client: PlainClient): { pause(): void; resume(): void } {
  const socket: unknown = Reflect.get(client.socket.io.engine.transport, 'ws');
  if (typeof socket !== 'object' || socket === null || !('pause' in socket) || !('resume' in socket)) {
    throw new Error('not a WebSocket of this process');
  }
  return socket as { pause(): void; resume(): void };
}
