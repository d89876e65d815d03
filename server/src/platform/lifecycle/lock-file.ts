import { hash, randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { identityOf, isSameProcessAlive } from './process-identity.ts';

/**
 * A file that says which process owns something, and that counts only while this very process lives.
 *
 * Making it is one link(): the content is there whole, or not at all. Taking over a dead owner's lock is where
 * such files usually race (two finders both remove the old one, the second removes the first one's new one).
 * Here a finder must first make the only possible *claim* on that very content: a file named after its digest.
 * Then it makes sure that the content still stands, and only then renames the claim over the lock. If it dies in
 * between, its claim is taken over by the same rule. Contents carry a nonce, so none ever comes back.
 */
export interface Lock {
  readonly path: string;
  release(): void;
}

const owner = z.object({ pid: z.number().int(), boot: z.string(), startedAt: z.string(), nonce: z.string() });
export type LockOwner = z.output<typeof owner>;

const TAKEOVER_ATTEMPTS_MAX = 100;

/** Undefined when a living process (this one included) holds it. */
export function acquireLock(path: string): Lock | undefined {
  const content = ownContent();
  for (let attempt = 0; attempt < TAKEOVER_ATTEMPTS_MAX; attempt++) {
    if (createWhole(path, content)) return lockOf(path, content);
    const found = read(path);
    if (found === undefined) continue;
    if (isLiving(found)) return undefined;
    const outcome = takeOver(path, found, content);
    if (outcome === 'taken') return lockOf(path, content);
    if (outcome === 'held') return undefined;
  }
  return undefined;
}

/** Does the process that made this lock file still live? False too when there is no file. */
export function isOwnerAlive(path: string): boolean {
  const content = read(path);
  return content !== undefined && isLiving(content);
}

/** Who made this lock file, dead or alive. */
export function ownerOf(path: string): LockOwner | undefined {
  return parse(read(path));
}

function takeOver(path: string, stale: string, content: string): 'taken' | 'held' | 'again' {
  const claims: string[] = [];
  for (let link = stale; ; ) {
    const claim = `${path}.after-${hash('sha256', link).slice(0, 16)}`;
    claims.push(claim);
    if (createWhole(claim, content)) break;
    const other = read(claim);
    if (other === undefined) return 'again';
    if (isLiving(other)) return 'held';
    link = other;
  }
  const last = claims.at(-1) ?? '';
  // Whoever finished a claim on this content replaced it. If it is still there nobody did, and nobody else can.
  if (read(path) !== stale) {
    rmSync(last, { force: true });
    return 'again';
  }
  renameSync(last, path);
  for (const dead of claims.slice(0, -1)) rmSync(dead, { force: true });
  return 'taken';
}

function lockOf(path: string, content: string): Lock {
  return {
    path,
    release: () => {
      if (read(path) === content) rmSync(path, { force: true });
    },
  };
}

function ownContent(): string {
  const identity = identityOf(process.pid);
  if (identity === undefined) throw new Error('this process cannot see itself');
  return JSON.stringify({ ...identity, nonce: randomBytes(16).toString('hex') } satisfies LockOwner);
}

/** False when it exists already. */
function createWhole(path: string, content: string): boolean {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  writeFileSync(draft, content, { flag: 'wx', mode: 0o600 });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** A file that cannot be read as a lock was torn by a power loss: nobody's. */
function isLiving(content: string): boolean {
  const parsed = parse(content);
  return parsed !== undefined && isSameProcessAlive(parsed);
}

function parse(content: string | undefined): LockOwner | undefined {
  if (content === undefined) return undefined;
  try {
    const parsed = owner.safeParse(JSON.parse(content));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
