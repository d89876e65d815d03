import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { writeSecrets } from '@kinga/server/platform/crypto/secrets.ts';
import { type Cast, createCast } from './accounts.ts';
import { createWireClient, type WireClient } from './client.ts';
import { secretsOf, type TestDatabase } from './database.ts';
import { type TestHubOptions, testEnvironment } from './hub.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const READY_MS_MAX = 30_000;

export interface SpawnOptions extends Omit<TestHubOptions, 'database' | 'log'> {
  /** Kept when given: the next process finds what this one left (spool files). */
  readonly dataDir?: string;
}

/** The real entry as a process of its own, to be killed. */
export interface SpawnedHub extends WireClient, Cast, AsyncDisposable {
  readonly url: string;
  readonly child: ChildProcess;
  readonly dataDir: string;
  /** Everything it wrote, line by line. */
  readonly output: readonly string[];
  /** SIGKILL unless said otherwise; resolves with the exit code (null after a signal) when it is gone. */
  kill(signal?: NodeJS.Signals): Promise<number | null>;
}

/** `npm run server` on a test database. */
export async function spawnHub(database: TestDatabase, options: SpawnOptions = {}): Promise<SpawnedHub> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'kinga-test-data-'));
  const secretsFile = join(dataDir, 'secrets.json');
  if (!existsSync(secretsFile)) writeSecrets(secretsFile, secretsOf(database));
  const started = spawnEntry('server/src/main.ts', testEnvironment(database, dataDir, options));
  const url = await started.url();
  const client = createWireClient(url);
  return {
    ...client,
    ...createCast(client),
    url,
    child: started.child,
    dataDir,
    output: started.output,
    kill: started.kill,
    [Symbol.asyncDispose]: async () => {
      client.closeAll();
      await started.kill();
      if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

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
  const child = spawn(process.execPath, [join(ROOT, entry), ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  const listening = Promise.withResolvers<string>();
  listening.promise.catch(() => {});
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      output.push(line);
      const match = /"url":"(http:[^"]+)".*"the hub listens"/.exec(line);
      if (match) listening.resolve(match[1] ?? '');
    });
  }
  const timer = setTimeout(() => fail(`did not listen within ${READY_MS_MAX} ms`), READY_MS_MAX);
  const fail = (why: string) =>
    listening.reject(new Error(`${entry} ${why}:\n${output.slice(-20).join('\n')}`));
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
