import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = join(import.meta.dirname, '..', '..');
const READY_MS_MAX = 60_000;

export interface SpawnedEntry {
  readonly child: ChildProcess;
  readonly output: readonly string[];
  /** The address in its log, once it listens; rejects when it ends before that. */
  url(): Promise<string>;
  kill(signal?: NodeJS.Signals): Promise<number | null>;
  /** The exit code, when it ends by itself. */
  ended(): Promise<number | null>;
}

/** Any entry of the product, with exactly this environment (and the PATH). */
export function spawnEntry(
  entry: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): SpawnedEntry {
  return spawnCommand(process.execPath, [join(ROOT, entry), ...args], env);
}

/** The same for a program, e.g. npm. */
export function spawnCommand(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): SpawnedEntry {
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  const listening = Promise.withResolvers<string>();
  listening.promise.catch(() => {});
  const exited = once(child, 'close').then(([code]) => code as number | null);
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      output.push(line);
      const match = /"url":"(http:[^"]+)".*"the hub listens"/.exec(line);
      if (match) listening.resolve(match[1] ?? '');
    });
  }
  const timer = setTimeout(() => fail(`did not listen within ${READY_MS_MAX} ms`), READY_MS_MAX);
  const fail = (why: string) =>
    listening.reject(new Error(`${command} ${args.join(' ')} ${why}:\n${output.slice(-20).join('\n')}`));
  void exited.then((code) => fail(`ended with ${code}`)).finally(() => clearTimeout(timer));
  return {
    child,
    output,
    url: () => listening.promise.finally(() => clearTimeout(timer)),
    kill: (signal = 'SIGKILL') => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      return exited;
    },
    ended: () => exited,
  };
}
