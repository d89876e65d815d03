import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acquireLock, isOwnerAlive } from '@kinga/server/platform/lifecycle/lock-file.ts';
import { runningPostmaster, stopPostmaster } from '@kinga/server/platform/postgres/postmaster.ts';

const PREFIX = 'kinga-test-';
const LEFTOVER_MS = 3_600_000;
/** A server that had to be killed leaves processes that write until they notice. */
const REMOVE = { recursive: true, force: true, maxRetries: 10, retryDelay: 100 } as const;
/** Cloning a database takes 8 ms in memory, and hundreds on some disks. */
const PARENT = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** An empty folder for a cluster, owned by this process whatever becomes of those that use it. */
export interface DataDir extends Disposable {
  readonly path: string;
}

export function createDataDir(): DataDir {
  const outer = mkdtempSync(join(PARENT, PREFIX));
  acquireLock(ownerLock(outer));
  mkdirSync(dataOf(outer));
  return {
    path: dataOf(outer),
    [Symbol.dispose]: () => rmSync(outer, REMOVE),
  };
}

/** Of earlier runs that were killed: their owners are dead, so nobody misses them. */
export async function removeLeftovers(): Promise<void> {
  for (const name of readdirSync(PARENT).filter((entry) => entry.startsWith(PREFIX))) {
    const outer = join(PARENT, name);
    if (!isLeftOver(outer)) continue;
    const pid = runningPostmaster(join(dataOf(outer), 'postgres'));
    if (pid !== undefined) await stopPostmaster(pid);
    rmSync(outer, REMOVE);
  }
}

const ownerLock = (outer: string) => join(outer, 'owner.lock');
const dataOf = (outer: string) => join(outer, 'data');

/** A folder without a lock may be one that is just being made. */
function isLeftOver(outer: string): boolean {
  if (existsSync(ownerLock(outer))) return !isOwnerAlive(ownerLock(outer));
  return Date.now() - (statSync(outer, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > LEFTOVER_MS;
}
