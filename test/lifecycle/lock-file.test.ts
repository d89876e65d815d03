import { spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acquireLock, isOwnerAlive, ownerOf } from '@kinga/server/platform/lifecycle/lock-file.ts';
import { identityOf } from '@kinga/server/platform/lifecycle/process-identity.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kinga-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** As a process that was killed leaves it: the pid may be anybody's today, the start time is not. */
function staleContent(nonce: string): string {
  return JSON.stringify({ ...identityOf(process.pid), startedAt: '1', nonce });
}

describe('a lock file', () => {
  test('has one owner at a time, also within a process, and is free after its release', () => {
    const path = join(folder, 'a.lock');
    const lock = acquireLock(path);
    expect(lock).toBeDefined();
    expect(acquireLock(path)).toBeUndefined();
    expect(isOwnerAlive(path)).toBe(true);
    expect(ownerOf(path)?.pid).toBe(process.pid);
    lock?.release();
    expect(isOwnerAlive(path)).toBe(false);
    expect(acquireLock(path)).toBeDefined();
    expect(readdirSync(folder)).toEqual(['a.lock']);
  });

  test('of a dead owner is taken over, even if its pid belongs to somebody else today', () => {
    const path = join(folder, 'a.lock');
    writeFileSync(path, staleContent('n'));
    expect(isOwnerAlive(path)).toBe(false);
    expect(acquireLock(path)).toBeDefined();
    expect(isOwnerAlive(path)).toBe(true);
    expect(readdirSync(folder)).toEqual(['a.lock']);
  });

  test('torn by a power loss is nobody’s', () => {
    const path = join(folder, 'a.lock');
    writeFileSync(path, '');
    expect(acquireLock(path)).toBeDefined();
  });

  test('released late by its former owner stays the new owner’s', () => {
    const path = join(folder, 'a.lock');
    const first = acquireLock(path);
    writeFileSync(path, staleContent('n'));
    acquireLock(path);
    const content = readFileSync(path, 'utf8');
    first?.release();
    expect(existsSync(path) && readFileSync(path, 'utf8')).toBe(content);
  });

  test('of a dead owner, wanted by six processes at once, gets exactly one of them, every time', async () => {
    const rounds = 60;
    for (let round = 0; round < rounds; round++) {
      const content = staleContent(`nonce-${round}`);
      writeFileSync(join(folder, `${round}.lock`), content);
      // In every third somebody died in the middle of taking over.
      const claim = join(folder, `${round}.lock.after-${hash('sha256', content).slice(0, 16)}`);
      if (round % 3 === 0) writeFileSync(claim, staleContent(`claim-${round}`));
    }
    const startAtMs = Date.now() + 1_500;
    const contenders = Array.from({ length: 6 }, () =>
      contender([folder, String(rounds), String(startAtMs), '10']),
    );
    const won = (await Promise.all(contenders.map((each) => each.won))).flat();
    await Promise.all(contenders.map((each) => each.end()));
    expect(won.sort((a, b) => a - b)).toEqual(Array.from({ length: rounds }, (_, round) => round));
    expect(readdirSync(folder).filter((name) => !/^\d+\.lock$/.test(name))).toEqual([]);
  });
});

function contender(args: readonly string[]) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'lock-contender.ts'), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const won = once(child.stdout, 'data').then(([data]) => JSON.parse(String(data)) as number[]);
  const end = async () => {
    const ended = once(child, 'exit');
    child.stdin.end();
    await ended;
  };
  return { won, end };
}
