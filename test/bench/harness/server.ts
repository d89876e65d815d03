import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Inside } from './look-inside.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const READY_MS_MAX = 120_000;
/** As `npm run server` starts a hub; a bare server too, so that only what they do differs. */
const NODE_FLAGS = ['--min-semi-space-size=16'];

/** A server in a process of its own, into which one can look. */
export interface Server extends AsyncDisposable {
  readonly url: string;
  readonly startedInMs: number;
  lookInside(): Promise<Inside>;
  /** Tells a bare server something, and waits until it has understood. */
  tell(message: object): Promise<void>;
}

/** Socket.IO and nothing else: see processes/bare-server.ts. */
export function startBareServer(): Promise<Server> {
  return startServer('test/bench/processes/bare-server.ts', {});
}

/** Starts an entry and waits for the line of its log that says where it listens. */
export async function startServer(entry: string, env: Readonly<Record<string, string>>): Promise<Server> {
  const startedAt = performance.now();
  const looking = ['--expose-gc', '--import', join(import.meta.dirname, 'look-inside.ts')];
  const args = [...NODE_FLAGS, ...looking, join(ROOT, entry)];
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const url = await listening(child, entry);
  return {
    url,
    startedInMs: performance.now() - startedAt,
    lookInside: async () => {
      child.send('look inside');
      const [inside] = (await once(child, 'message')) as [Inside];
      return inside;
    },
    tell: async (message) => {
      child.send(message);
      await once(child, 'message');
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

async function listening(child: ChildProcess, entry: string): Promise<string> {
  const answer = Promise.withResolvers<string>();
  const last: string[] = [];
  if (child.stdout === null) throw new Error('no output to read');
  createInterface({ input: child.stdout }).on('line', (text) => {
    last.push(text);
    if (last.length > 20) last.shift();
    const match = /"url":"(http:[^"]+)"/.exec(text);
    if (match?.[1] !== undefined && /listens/.test(text)) answer.resolve(match[1]);
  });
  child.once('exit', (code) => answer.reject(new Error(`${entry} ended with ${code}:\n${last.join('\n')}`)));
  const timer = setTimeout(() => answer.reject(new Error(`${entry} does not listen`)), READY_MS_MAX);
  try {
    return await answer.promise;
  } finally {
    clearTimeout(timer);
  }
}
