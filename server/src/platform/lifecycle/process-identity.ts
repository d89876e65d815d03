import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Columns of /proc/<pid>/stat after the command in brackets. */
const STATE_COLUMN = 0;
const START_TIME_COLUMN = 19;

/**
 * Which run of a process this is. A pid alone names whoever has it today; with the boot and the start time it
 * names one process for ever.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly boot: string;
  readonly startedAt: string;
}

/** Undefined when there is no such process, or only its zombie. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const startedAt = startOf(pid);
  return startedAt === undefined ? undefined : { pid, boot: bootId(), startedAt };
}

export function isSameProcessAlive(identity: ProcessIdentity): boolean {
  const now = identityOf(identity.pid);
  return now !== undefined && now.boot === identity.boot && now.startedAt === identity.startedAt;
}

export function isAlive(pid: number): boolean {
  return startOf(pid) !== undefined;
}

/** The command line, to tell whether a pid found in a file is still the program that wrote it. */
export function commandOf(pid: number): string {
  const fromProc = read(`/proc/${pid}/cmdline`);
  if (fromProc !== undefined) return fromProc.replaceAll('\0', ' ');
  return fromPs(pid, 'command') ?? '';
}

function startOf(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`);
  if (stat !== undefined) {
    const columns = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return /[ZX]/.test(columns[STATE_COLUMN] ?? '') ? undefined : columns[START_TIME_COLUMN];
  }
  return read('/proc/self/stat') === undefined ? fromPs(pid, 'lstart') : undefined;
}

function bootId(): string {
  return read('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Where there is no /proc (macOS). */
function fromPs(pid: number, column: 'lstart' | 'command'): string | undefined {
  try {
    const line = execFileSync('ps', ['-ww', '-o', `${column}=`, '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return line.trim() || undefined;
  } catch {
    return undefined;
  }
}
