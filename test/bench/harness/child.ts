import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const PROCESSES = join(import.meta.dirname, '..', 'processes');

interface Request {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
}

type Response =
  | { readonly id: number; readonly output: unknown }
  | { readonly id: number; readonly error: string };

/** A process of its own that does what it is asked: a client under load, or a bare server. */
export interface Child extends AsyncDisposable {
  readonly process: ChildProcess;
  ask<TOutput>(name: string, input?: unknown): Promise<TOutput>;
}

export async function startChild(file: string, execArgv: readonly string[] = []): Promise<Child> {
  const child = fork(join(PROCESSES, file), { execArgv: [...execArgv], serialization: 'advanced' });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let nextId = 1;
  child.on('message', (message: Response) => {
    const answer = waiting.get(message.id);
    waiting.delete(message.id);
    if ('error' in message) answer?.reject(new Error(`${file}: ${message.error}`));
    else answer?.resolve(message.output);
  });
  child.on('exit', (code, signal) => {
    for (const answer of waiting.values()) answer.reject(new Error(`${file} ended (${signal ?? code})`));
    waiting.clear();
  });
  return {
    process: child,
    ask: <TOutput>(name: string, input?: unknown) => {
      const answer = Promise.withResolvers<unknown>();
      const id = nextId++;
      waiting.set(id, answer);
      child.send({ id, name, input } satisfies Request);
      return answer.promise as Promise<TOutput>;
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** In the child: a function for each name it can be asked. */
export function serveParent(functions: Readonly<Record<string, (input: never) => unknown>>): void {
  process.on('disconnect', () => process.exit(0));
  process.on('message', async ({ id, name, input }: Request) => {
    try {
      const run = functions[name] as ((input: unknown) => unknown) | undefined;
      if (run === undefined) throw new Error(`nothing called ${name} here`);
      process.send?.({ id, output: await run(input) });
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
}
