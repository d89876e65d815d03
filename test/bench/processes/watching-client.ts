import { io, type Socket } from 'socket.io-client';
import { serveParent } from '../harness/child.ts';
import { quantile } from '../harness/rounds.ts';

interface Side {
  readonly caller: Socket;
  readonly watchers: readonly Socket[];
  /** Calls, and returns what tells the event of this call from others. */
  act(): Promise<(event: { seq?: number }) => boolean>;
}

const TOPIC = 'exclusions/changes';
const RESOLUTION_MS = 0.01;
const ARRIVED_MS_MAX = 10_000;
const sides = new Map<string, Side>();
let nextPerson = Date.now() % 100_000_000;

async function open(url: string, auth: object): Promise<Socket> {
  const socket = io(url, { transports: ['websocket'], auth, forceNew: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('hello', () => resolve());
    socket.once('connect_error', reject);
  });
  return socket;
}

async function register(caller: Socket) {
  const input = {
    identifiers: [{ type: 'nationalId', value: String(900_000_000 + (nextPerson++ % 99_999_999)) }],
    period: '24h',
    source: 'person',
  };
  const answer = await caller.emitWithAck('exclusions.register', input);
  if (!answer.ok) throw new Error(JSON.stringify(answer));
  return (event: { seq?: number }) => event.seq === answer.data.seq;
}

/** When each watcher saw the event of one call, counted from the call and from its acknowledgement. */
async function once({
  watchers,
  act,
}: Side): Promise<{ asked: number; acknowledged: number; seen: number[] }> {
  const arrivals: { at: number; event: { seq?: number } }[][] = watchers.map(() => []);
  const listeners = watchers.map((socket, index) => {
    const listener = (event: { seq?: number }) => arrivals[index]?.push({ at: performance.now(), event });
    socket.on('event', listener);
    return () => socket.off('event', listener);
  });
  const asked = performance.now();
  const isMine = await act();
  const acknowledged = performance.now();
  const seen = () => arrivals.flatMap((events) => events.find(({ event }) => isMine(event))?.at ?? []);
  while (seen().length < watchers.length) {
    if (performance.now() - asked > ARRIVED_MS_MAX) {
      throw new Error(`${seen().length} of ${watchers.length} watchers saw the event`);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const stop of listeners) stop();
  return { asked, acknowledged, seen: seen() };
}

serveParent({
  prepare: async (given: {
    name: string;
    kind: 'hub' | 'bare';
    urls: readonly string[];
    callerAuth: object;
    watcherAuth: object;
    watchers: number;
  }) => {
    const [first = ''] = given.urls;
    const caller = await open(first, given.callerAuth);
    const watchers = await Promise.all(
      Array.from({ length: given.watchers }, (_, index) =>
        open(given.urls[index % given.urls.length] ?? first, given.watcherAuth),
      ),
    );
    if (given.kind === 'hub') {
      for (const socket of watchers) {
        const answer = await socket.emitWithAck('watch', { topic: TOPIC });
        if (!answer.ok) throw new Error(JSON.stringify(answer));
      }
    }
    const tell = async () => {
      await caller.emitWithAck('tell', {});
      return () => true;
    };
    sides.set(given.name, {
      caller,
      watchers,
      act: given.kind === 'hub' ? () => register(caller) : tell,
    });
  },
  run: async ({ name, times }: { name: string; times: number }) => {
    const side = sides.get(name);
    if (!side) throw new Error(`no side ${name}`);
    const [afterAck, afterCall]: [number[], number[]] = [[], []];
    for (let i = 0; i < times; i++) {
      const { asked, acknowledged, seen } = await once(side);
      for (const at of seen) {
        // Seen before its acknowledgement is seen at once, but a ratio needs something to divide by.
        afterAck.push(Math.max(RESOLUTION_MS, at - acknowledged));
        afterCall.push(at - asked);
      }
    }
    return {
      ackP50Ms: quantile(afterAck, 0.5),
      ackP99Ms: quantile(afterAck, 0.99),
      callP50Ms: quantile(afterCall, 0.5),
      callP99Ms: quantile(afterCall, 0.99),
    };
  },
});
