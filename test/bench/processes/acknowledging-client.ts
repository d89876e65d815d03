import { io, type Socket } from 'socket.io-client';
import { serveParent } from '../harness/child.ts';
import { quantile } from '../harness/rounds.ts';

interface Side {
  readonly caller: Socket;
  readonly operators: readonly Socket[];
  /** What tells everybody; the seq of the register's entry, if it is the register that tells. */
  tell(): Promise<number>;
  acknowledge(socket: Socket, event: { readonly seq?: number }): Promise<void>;
}

export interface Prepared {
  readonly name: string;
  readonly urls: readonly string[];
  readonly callerAuth: object;
  /** Of each operator's socket. */
  readonly auths: readonly object[];
  /** Hub only: what each of them watches, and whom the changes are about. */
  readonly topics?: readonly string[];
  readonly nationalId?: string;
}

const ARRIVED_MS_MAX = 30_000;
const sides = new Map<string, Side>();

async function open(url: string, auth: object): Promise<Socket> {
  const socket = io(url, { transports: ['websocket'], auth, forceNew: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('hello', () => resolve());
    socket.once('connect_error', reject);
  });
  return socket;
}

async function ask(socket: Socket, name: string, input: object): Promise<{ seq: number }> {
  const answer = await socket.emitWithAck(name, input);
  if (!answer.ok) throw new Error(`${name}: ${JSON.stringify(answer)}`);
  return answer.data ?? { seq: 0 };
}

/** One change: from the call that makes it until each operator's acknowledgement was answered. */
async function once({ operators, tell, acknowledge }: Side): Promise<{ seq: number; ms: number[] }> {
  const asked = performance.now();
  const arrived = operators.map(
    (socket) =>
      new Promise<number>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('an operator heard nothing')), ARRIVED_MS_MAX);
        socket.once('event', (event: { seq?: number }) => {
          clearTimeout(timer);
          acknowledge(socket, event).then(() => resolve(performance.now() - asked), reject);
        });
      }),
  );
  const [seq, ms] = await Promise.all([tell(), Promise.all(arrived)]);
  return { seq, ms };
}

serveParent({
  prepare: async ({ name, urls, callerAuth, auths, topics, nationalId }: Prepared) => {
    const [first = ''] = urls;
    const caller = await open(first, callerAuth);
    const operators: Socket[] = [];
    for (const [index, auth] of auths.entries()) {
      const socket = await open(urls[index % urls.length] ?? first, auth);
      const topic = topics?.[index];
      if (topic !== undefined) await ask(socket, 'watch', { topic });
      operators.push(socket);
    }
    const register = {
      identifiers: [{ type: 'nationalId', value: nationalId }],
      period: '24h',
      source: 'person',
    };
    sides.set(
      name,
      topics === undefined
        ? {
            caller,
            operators,
            tell: async () => (await ask(caller, 'tell', {})).seq,
            acknowledge: async (socket) => void (await socket.emitWithAck('constant', {})),
          }
        : {
            caller,
            operators,
            tell: async () => (await ask(caller, 'exclusions.register', register)).seq,
            acknowledge: async (socket, { seq }) =>
              void (await ask(socket, 'operators.acknowledge', { seq: seq ?? 0 })),
          },
    );
  },
  run: async ({ name, times }: { name: string; times: number }) => {
    const side = sides.get(name);
    if (!side) throw new Error(`no side ${name}`);
    const all: number[] = [];
    const seqs: number[] = [];
    for (let i = 0; i < times; i++) {
      const { seq, ms } = await once(side);
      seqs.push(seq);
      all.push(...ms);
    }
    return { seqs, p50Ms: quantile(all, 0.5), p99Ms: quantile(all, 0.99), maxMs: Math.max(...all) };
  },
});
