import { io, type Socket } from 'socket.io-client';
import { serveParent } from '../harness/child.ts';
import { questions } from '../harness/population.ts';
import { quantile } from '../harness/rounds.ts';

interface Target {
  readonly url: string;
  readonly auth: object;
  /** What is called. */
  readonly name: string;
}

interface Answer {
  readonly ok: boolean;
  readonly data?: { readonly status: string };
}

/** One socket to each target; the same questions go to all of them. */
const sockets = new Map<string, Socket>();
let inputs: object[] = [];

async function socketTo({ url, auth }: Target): Promise<Socket> {
  const known = sockets.get(url);
  if (known) return known;
  const socket = io(url, { transports: ['websocket'], auth, forceNew: true });
  sockets.set(url, socket);
  await new Promise<void>((resolve, reject) => {
    socket.once('hello', () => resolve());
    socket.once('connect_error', reject);
  });
  return socket;
}

interface Load {
  readonly target: Target;
  readonly seconds: number;
}

/** So many calls on their way at any time, on one socket. */
async function closedLoop({ target, seconds, outstanding }: Load & { outstanding: number }) {
  const socket = await socketTo(target);
  let [answered, excluded, next, inFlight] = [0, 0, 0, 0];
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1000;
  await new Promise<void>((resolve, reject) => {
    const ask = () => {
      inFlight++;
      socket.emit(target.name, inputs[next++ % inputs.length], (answer: Answer) => {
        inFlight--;
        if (!answer.ok) return reject(new Error(JSON.stringify(answer)));
        if (answer.data?.status === 'EXCLUDED') excluded++;
        answered++;
        if (performance.now() < endsAt) ask();
        else if (inFlight === 0) resolve();
      });
    };
    for (let i = 0; i < outstanding; i++) ask();
  });
  const elapsed = (performance.now() - startedAt) / 1000;
  return { perSecond: answered / elapsed, answered, excludedShare: excluded / answered };
}

/** So many calls a second, whatever becomes of them. */
async function openLoop({ target, seconds, rate }: Load & { rate: number }) {
  const socket = await socketTo(target);
  const latencies: number[] = [];
  const startedAt = performance.now();
  let sent = 0;
  await new Promise<void>((resolve, reject) => {
    const tick = () => {
      const elapsed = (performance.now() - startedAt) / 1000;
      const due = Math.min(Math.floor(elapsed * rate), Math.floor(seconds * rate));
      for (; sent < due; sent++) {
        const sentAt = performance.now();
        socket.emit(target.name, inputs[sent % inputs.length], (answer: Answer) => {
          if (!answer.ok) return reject(new Error(JSON.stringify(answer)));
          latencies.push(performance.now() - sentAt);
          if (latencies.length === Math.floor(seconds * rate)) resolve();
        });
      }
      if (elapsed < seconds) setTimeout(tick, 1);
    };
    tick();
  });
  return { p50Ms: quantile(latencies, 0.5), p99Ms: quantile(latencies, 0.99) };
}

serveParent({
  prepare: ({ count, people }: { count: number; people: number }) => {
    inputs = questions(count, people).map((identifier) => ({ identifiers: [identifier], purpose: 'bet' }));
  },
  prepareInputs: (given: { inputs: object[] }) => {
    inputs = given.inputs;
  },
  /** One answer, as it came. */
  sample: async (target: Target) => {
    const socket = await socketTo(target);
    return socket.timeout(5_000).emitWithAck(target.name, inputs[1]);
  },
  closedLoop,
  openLoop,
});
