import { type SpawnOptions, spawnSync } from 'node:child_process';
import { lchownSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** `nobody`: there on every system, owner of nothing. */
const NOBODY = 65_534;

/** How to run PostgreSQL, which refuses to run as root, as whoever we are. */
export interface Runner {
  /** To be put before the program's own path. */
  readonly prefix: readonly string[];
  readonly spawnOptions: Pick<SpawnOptions, 'uid' | 'gid'>;
  /** Who must own the data. */
  readonly ownerUid: number | undefined;
}

/**
 * As root there are three ways, best first. In a user namespace of its own PostgreSQL does not see that it is
 * root, and everything stays root's; containers often forbid that. As nobody, keeping the one capability that
 * lets it reach data below a closed folder such as /root; or as nobody alone.
 */
export function chooseRunner(program: string, dataDir: string): Runner {
  const uid = process.getuid?.();
  if (uid !== 0) return { prefix: [], spawnOptions: {}, ownerUid: uid };
  const reaching = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  const nobody = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
  const ways: Runner[] = [
    { prefix: ['unshare', '-U', '--'], spawnOptions: {}, ownerUid: 0 },
    { prefix: [...nobody, ...reaching, '--'], spawnOptions: {}, ownerUid: NOBODY },
    { prefix: [], spawnOptions: { uid: NOBODY, gid: NOBODY }, ownerUid: NOBODY },
  ];
  const way = ways.find((candidate) => works(candidate, program, dataDir));
  if (!way) {
    throw new Error(
      `DATA_DIR: PostgreSQL does not run as root, and an ordinary user cannot reach ${dataDir} or ${program}`,
    );
  }
  return way;
}

function works(runner: Runner, program: string, dataDir: string): boolean {
  const script = '[ "$(id -u)" != 0 ] && [ -x "$2" ] && "$1" --version';
  const [command = 'sh', ...args] = [...runner.prefix, 'sh', '-c', script, 'sh', program, dataDir];
  return spawnSync(command, args, { ...runner.spawnOptions, stdio: 'ignore' }).status === 0;
}

/** The top folder last, so that a change that was interrupted is found and done again. */
export function giveTo(uid: number | undefined, path: string): void {
  if (uid === undefined || statSync(path).uid === uid) return;
  if (process.getuid?.() !== 0) throw new Error(`DATA_DIR: ${path} belongs to another user`);
  chownTree(uid, path);
}

function chownTree(uid: number, path: string): void {
  if (lstatSync(path).isDirectory()) for (const name of readdirSync(path)) chownTree(uid, join(path, name));
  lchownSync(path, uid, uid);
}
