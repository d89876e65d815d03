import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { commandOf, isAlive } from '../lifecycle/process-identity.ts';
import { batchPrefix } from './as-batch.ts';
import type { Binaries } from './binaries.ts';
import type { Runner } from './unprivileged.ts';

const START_MS_MAX = 60_000;
const POLL_MS = 10;
const LOG_BYTES_MAX = 16 * 1024 * 1024;
/** Lines of postmaster.pid, counted from 0. */
const PID_LINE = 0;
const STATUS_LINE = 7;
/** Fast, immediate, none: how long each way of stopping may take before the next. */
const STOPPING = [
  { signal: 'SIGINT', waitMs: 2_500 },
  { signal: 'SIGQUIT', waitMs: 1_000 },
  { signal: 'SIGKILL', waitMs: 1_000 },
] as const;

export interface PostmasterOptions {
  readonly binaries: Binaries;
  readonly runner: Runner;
  /** The cluster, as a real path: it is how a running server is recognised. */
  readonly folder: string;
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly logFile: string;
}

/**
 * Starts the server and waits until it takes connections. It is detached, because Ctrl-C reaches the whole
 * foreground group, and the database must outlive the draining of the hub.
 */
export async function startPostmaster(options: PostmasterOptions): Promise<ChildProcess> {
  clearStalePid(options.folder);
  const { runner, binaries, folder, port, settings } = options;
  const [command = binaries.postgres, ...args] = [
    ...[...batchPrefix(), ...runner.prefix, binaries.postgres, '-D', folder, '-p', String(port)],
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  const { file, offset } = openLog(options.logFile);
  const child = spawn(command, args, {
    ...runner.spawnOptions,
    detached: true,
    stdio: ['ignore', file, file],
  });
  closeSync(file);
  child.unref();
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  for (const deadline = Date.now() + START_MS_MAX; Date.now() < deadline; await delay(POLL_MS)) {
    if (failure || child.exitCode !== null || child.signalCode !== null) break;
    const lines = pidLines(folder);
    if (lines[PID_LINE] === String(child.pid) && lines[STATUS_LINE]?.trim() === 'ready') return child;
  }
  child.kill('SIGQUIT');
  const said = failure?.message ?? lastComplaint(options.logFile, offset);
  throw new Error(`DATA_DIR: PostgreSQL did not start: ${said} (see ${options.logFile})`);
}

/** The server that runs on this cluster, whoever started it. */
export function runningPostmaster(folder: string): number | undefined {
  const pid = Number(pidLines(folder)[PID_LINE]);
  if (!Number.isSafeInteger(pid) || pid <= 1) return undefined;
  return commandOf(pid).includes(`-D ${folder} `) && isAlive(pid) ? pid : undefined;
}

/** Returns when the process is gone. Every way is safe for the data; the later ones make the next start recover. */
export async function stopPostmaster(pid: number): Promise<void> {
  for (const { signal, waitMs } of STOPPING) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    for (const deadline = Date.now() + waitMs; Date.now() < deadline; await delay(POLL_MS)) {
      if (!isAlive(pid)) return;
    }
  }
}

/** PostgreSQL itself believes any process that has its old pid today, and would refuse to start. */
function clearStalePid(folder: string): void {
  if (existsSync(join(folder, 'postmaster.pid')) && runningPostmaster(folder) === undefined) {
    rmSync(join(folder, 'postmaster.pid'), { force: true });
  }
}

function pidLines(folder: string): string[] {
  try {
    return readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return [];
  }
}

function openLog(path: string): { file: number; offset: number } {
  if (existsSync(path) && statSync(path).size > LOG_BYTES_MAX) renameSync(path, `${path}.1`);
  return {
    file: openSync(path, 'a', 0o600),
    offset: existsSync(path) ? statSync(path).size : 0,
  };
}

/** What the server said last when it gave up. */
function lastComplaint(path: string, offset: number): string {
  const buffer = Buffer.alloc(64 * 1024);
  const file = openSync(path, 'r');
  const length = readSync(file, buffer, 0, buffer.length, offset);
  closeSync(file);
  const lines = buffer.toString('utf8', 0, length).trim().split('\n');
  const fatal = lines.findLast((line) => /FATAL|PANIC|ERROR|cannot/.test(line)) ?? lines.at(-1) ?? '';
  return fatal.replace(/^.*?(FATAL|PANIC|ERROR):\s*/, '') || 'it said nothing';
}
