import type { ChildProcess } from 'node:child_process';
import { existsSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, isPortFree } from '../lifecycle/free-port.ts';
import { acquireLock, type Lock, ownerOf } from '../lifecycle/lock-file.ts';
import { makeFolder } from '../lifecycle/make-folder.ts';
import { writeWholeFile } from '../lifecycle/whole-file.ts';
import type { Logger } from '../log/log.ts';
import { findBinaries } from './binaries.ts';
import { type Access, ensureDatabase, prepareCluster, rememberPort, urlsOf } from './cluster.ts';
import { type PostmasterOptions, runningPostmaster, startPostmaster, stopPostmaster } from './postmaster.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import { chooseRunner } from './unprivileged.ts';

const START_ATTEMPTS_MAX = 5;
const RESTART_MS_MIN = 50;
const RESTART_MS_MAX = 5_000;
/** A hub has 9.5 s to end in. */
const OWNER_ENDS_MS_MAX = 10_000;
const LOCK_LOOK_MS = 100;

export interface EmbeddedOptions {
  readonly dataDir: string;
  readonly log: Logger;
  readonly settings?: Readonly<Record<string, string>>;
  /** False for clusters that need not survive the machine. */
  readonly sync?: boolean;
  /** Called while an owner that may be ending is waited for; throwing gives up. */
  readonly checkpoint?: () => void;
  /** Called under the lock, before a cluster is made or started. Throwing leaves everything as it was. */
  readonly prepare?: (state: { isFresh: boolean }) => void;
}

/** A PostgreSQL server that lives as long as this process, and whose data stay. */
export interface EmbeddedPostgres {
  /** As the owner of the database. */
  readonly url: string;
  readonly superuserUrl: string;
  stop(): Promise<void>;
}

export const lockPathOf = (dataDir: string) => join(dataDir, 'hub.lock');
export const urlPathOf = (dataDir: string) => join(dataDir, 'database.url');

/**
 * Only the owner of DATA_DIR/hub.lock touches the cluster, so a second process never disturbs a living hub, and
 * whoever gets the lock may stop a server that a killed hub left behind.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const dataDir = openDataDir(options.dataDir);
  const lock = await lockOnceFree(lockPathOf(dataDir), options);
  if (!lock) {
    const pid = ownerOf(lockPathOf(dataDir))?.pid;
    throw new Error(`DATA_DIR: ${dataDir} is in use by another hub or tool (process ${pid ?? 'unknown'})`);
  }
  try {
    return await start(dataDir, lock, options);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** An owner that is just ending, e.g. because its npm was killed, is given the time to. */
async function lockOnceFree(
  path: string,
  { log, checkpoint = () => {} }: EmbeddedOptions,
): Promise<Lock | undefined> {
  const free = acquireLock(path);
  if (free !== undefined) return free;
  log.info({ owner: ownerOf(path)?.pid }, 'DATA_DIR is in use: waiting for its owner to end');
  const deadline = performance.now() + OWNER_ENDS_MS_MAX;
  for (;;) {
    checkpoint();
    const lock = acquireLock(path);
    if (lock !== undefined || performance.now() > deadline) return lock;
    await delay(LOCK_LOOK_MS);
  }
}

async function start(dataDir: string, lock: Lock, options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  rmSync(urlPathOf(dataDir), { force: true });
  const binaries = findBinaries();
  const runner = chooseRunner(binaries.postgres, dataDir);
  const folder = join(dataDir, 'postgres');
  options.prepare?.({ isFresh: !existsSync(folder) });
  const left = runningPostmaster(folder);
  if (left !== undefined) {
    options.log.warn({ pid: left }, 'stopping the PostgreSQL that a killed hub left behind');
    await stopPostmaster(left);
  }
  const access = await prepareCluster(folder, { binaries, runner, sync: options.sync ?? true });
  const { child, postmaster } = await startOnFreePort(access.port, {
    binaries,
    runner,
    folder,
    settings: { ...DEFAULT_SETTINGS, ...options.settings },
    logFile: join(dataDir, 'postgres.log'),
  });
  const supervisor = new Supervisor(child, postmaster, options.log);
  try {
    return await publish({ dataDir, access, lock, supervisor });
  } catch (error) {
    await supervisor.stop();
    throw error;
  }
}

async function publish(parts: {
  dataDir: string;
  access: Access;
  lock: Lock;
  supervisor: Supervisor;
}): Promise<EmbeddedPostgres> {
  const { dataDir, access, lock, supervisor } = parts;
  const urls = urlsOf(access, supervisor.port);
  await ensureDatabase(urls.superuserUrl, access);
  rememberPort(supervisor.folder, access, supervisor.port);
  writeWholeFile(urlPathOf(dataDir), `${urls.url}\n`);
  return {
    ...urls,
    stop: async () => {
      rmSync(urlPathOf(dataDir), { force: true });
      await supervisor.stop();
      lock.release();
    },
  };
}

function openDataDir(path: string): string {
  try {
    makeFolder(path);
    return realpathSync(path);
  } catch (error) {
    throw new Error(`DATA_DIR: cannot make ${path}: ${(error as NodeJS.ErrnoException).code ?? error}`);
  }
}

async function startOnFreePort(preferred: number | undefined, options: Omit<PostmasterOptions, 'port'>) {
  for (let attempt = 1; ; attempt++) {
    const postmaster = { ...options, port: await freePort(attempt === 1 ? preferred : undefined) };
    try {
      return { child: await startPostmaster(postmaster), postmaster };
    } catch (error) {
      // Somebody took the port in between; anything else will not be better the next time.
      if (attempt >= START_ATTEMPTS_MAX || (await isPortFree(postmaster.port))) throw error;
    }
  }
}

/** Starts the server again whenever it dies, on the same port, because other nodes know the URL. */
class Supervisor {
  readonly #postmaster: PostmasterOptions;
  readonly #log: Logger;
  readonly #stopping = new AbortController();
  #child: ChildProcess;
  #restarting: Promise<void> = Promise.resolve();
  /** When this process ends without stop(): the server is told, and need not be waited for. */
  readonly #onProcessExit = () => this.#child.kill('SIGINT');

  constructor(child: ChildProcess, postmaster: PostmasterOptions, log: Logger) {
    this.#postmaster = postmaster;
    this.#log = log;
    this.#child = child;
    this.#watch();
    process.once('exit', this.#onProcessExit);
  }

  get port(): number {
    return this.#postmaster.port;
  }

  get folder(): string {
    return this.#postmaster.folder;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#restarting;
    process.off('exit', this.#onProcessExit);
    if (this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null) {
      await stopPostmaster(this.#child.pid);
    }
  }

  #watch(): void {
    this.#child.once('exit', (code, signal) => {
      if (this.#stopping.signal.aborted) return;
      this.#log.error({ code, signal }, 'PostgreSQL ended by itself; starting it again');
      this.#restarting = this.#restart();
    });
  }

  async #restart(): Promise<void> {
    for (let waitMs = RESTART_MS_MIN; ; waitMs = Math.min(waitMs * 2, RESTART_MS_MAX)) {
      try {
        await delay(waitMs, undefined, { signal: this.#stopping.signal });
      } catch {
        return;
      }
      try {
        this.#child = await startPostmaster(this.#postmaster);
        this.#watch();
        this.#log.info('PostgreSQL is running again');
        return;
      } catch (error) {
        this.#log.error({ err: error }, 'PostgreSQL did not start again; trying on');
      }
    }
  }
}
