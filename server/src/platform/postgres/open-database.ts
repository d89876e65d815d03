import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../../config.ts';
import { newSecrets, readSecrets, type Secrets, writeSecrets } from '../crypto/secrets.ts';
import { isOwnerAlive } from '../lifecycle/lock-file.ts';
import type { Logger } from '../log/log.ts';
import { lockPathOf, startEmbeddedPostgres, urlPathOf } from './embedded.ts';

const JOIN_MS_MAX = 10_000;
const POLL_MS = 50;

/** The database this installation stands on, and the secrets that belong to it (not yet compared). */
export interface OpenDatabase {
  readonly url: string;
  readonly secrets: Secrets;
  /** Ends what was started for it: nothing when the database is somebody else's. */
  stop(): Promise<void>;
}

/** For a hub: DATABASE_URL, or the embedded PostgreSQL, which then is this process's own. */
export async function openDatabase(
  config: Config,
  log: Logger,
  checkpoint?: () => void,
): Promise<OpenDatabase> {
  if (config.databaseUrl !== undefined) return foreign(config, config.databaseUrl);
  const embedded = await startEmbeddedPostgres({
    dataDir: config.dataDir,
    log,
    ...(checkpoint === undefined ? {} : { checkpoint }),
    prepare: ({ isFresh }) => ensureSecrets(config.secretsFile, isFresh),
  });
  return { url: embedded.url, secrets: readSecrets(config.secretsFile), stop: () => embedded.stop() };
}

/** For tools: the same, but beside a running hub its database is used. */
export async function joinDatabase(config: Config, log: Logger): Promise<OpenDatabase> {
  const running = config.databaseUrl ?? (await urlOfRunningHub(config.dataDir));
  return running === undefined ? openDatabase(config, log) : foreign(config, running);
}

/** Undefined when no hub runs on that folder; waits for one that is starting. */
export async function urlOfRunningHub(dataDir: string): Promise<string | undefined> {
  for (const deadline = Date.now() + JOIN_MS_MAX; isOwnerAlive(lockPathOf(dataDir)); await delay(POLL_MS)) {
    const url = readUrl(dataDir);
    if (url !== undefined) return url;
    if (Date.now() > deadline) {
      throw new Error(`DATA_DIR: a hub is starting or stopping on ${dataDir}; try again`);
    }
  }
  return undefined;
}

function foreign(config: Config, url: string): OpenDatabase {
  return { url, secrets: readSecrets(config.secretsFile), stop: async () => {} };
}

/**
 * New secrets only for a database that does not exist yet: beside an older one they would be the wrong ones, and
 * would be in the way of the right ones.
 */
function ensureSecrets(file: string, isFresh: boolean): void {
  if (existsSync(file)) return;
  if (!isFresh) {
    throw new Error(`SECRETS_FILE: ${file} is missing, but the database exists; put its backup back`);
  }
  writeSecrets(file, newSecrets());
}

function readUrl(dataDir: string): string | undefined {
  try {
    return readFileSync(urlPathOf(dataDir), 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
