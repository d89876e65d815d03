import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSecrets } from '@kinga/server/platform/crypto/secrets.ts';
import { type Cast, createCast } from './accounts.ts';
import { createWireClient, type WireClient } from './client.ts';
import { secretsOf, type TestDatabase } from './database.ts';
import { type TestHubOptions, testEnvironment } from './hub.ts';
import { spawnEntry } from './spawn-entry.ts';

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
