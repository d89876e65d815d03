import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONFIG_KEYS, readConfig } from '@kinga/server/config.ts';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(read('package.json')));

/** `npm run <name>` and the shorthands, wherever they stand in a text. */
function npmScriptsIn(text: string): string[] {
  return [...text.matchAll(/\bnpm(?:",\s*"|\s+)(?:run(?:",\s*"|\s+)(?:-s\s+)?)?([a-z][a-z:]*)/g)]
    .map((match) => match[1] ?? '')
    .filter((name) => !['ci', 'cache', 'install', 'run', 'exec', 'and'].includes(name));
}

describe('.env.example', () => {
  const lines = read('.env.example').split('\n');
  const entries = lines.flatMap((line) => {
    const match = /^(# )?([A-Z_]+)=(.*)$/.exec(line);
    return match ? [{ isSet: match[1] === undefined, key: match[2] ?? '', value: match[3] ?? '' }] : [];
  });

  test('names exactly the keys that config.ts reads', () => {
    expect(entries.map((entry) => entry.key).sort()).toEqual([...CONFIG_KEYS].sort());
  });

  test('holds the defaults', () => {
    const given = Object.fromEntries(entries.filter((e) => e.isSet).map((e) => [e.key, e.value]));
    expect(readConfig(given)).toEqual(readConfig({}));
  });

  test('says something about each key in the line above', () => {
    for (const { key } of entries) {
      const at = lines.findIndex((line) => line.startsWith(`${key}=`) || line.startsWith(`# ${key}=`));
      expect(lines[at - 1], key).toMatch(/^# \S/);
    }
  });
});

describe('docker-compose.yml', () => {
  const service = z.object({
    image: z.string(),
    command: z.array(z.string()).optional(),
    environment: z.record(z.string(), z.unknown()).optional(),
    volumes: z.array(z.string()).optional(),
    depends_on: z.record(z.string(), z.unknown()).optional(),
  });
  const compose = z
    .object({ services: z.record(z.string(), service), volumes: z.record(z.string(), z.unknown()) })
    .parse(parse(read('docker-compose.yml'), { merge: true }));
  const names = Object.keys(compose.services);

  test('has two hubs, two workers, PostgreSQL, Redis and a balancer', () => {
    for (const name of ['hub-1', 'hub-2', 'worker-1', 'worker-2', 'postgres', 'redis', 'balancer']) {
      expect(names).toContain(name);
    }
  });

  test('names only commands, keys, files, services and volumes that exist', () => {
    for (const [name, { command, environment, volumes, depends_on, image }] of Object.entries(
      compose.services,
    )) {
      const used = npmScriptsIn((command ?? []).join(' '));
      if (image === 'kinga') expect(used.length, name).toBeGreaterThan(0);
      for (const script of used) expect(scripts, name).toHaveProperty([script]);
      if (image === 'kinga')
        for (const key of Object.keys(environment ?? {})) expect(CONFIG_KEYS).toContain(key);
      for (const other of Object.keys(depends_on ?? {})) expect(names).toContain(other);
      for (const [source = ''] of (volumes ?? []).map((volume) => volume.split(':'))) {
        if (source.startsWith('.')) expect(existsSync(join(root, source)), source).toBe(true);
        else expect(Object.keys(compose.volumes)).toContain(source);
      }
    }
  });

  test('and so does the image', () => {
    const dockerfile = read('Dockerfile');
    for (const script of npmScriptsIn(dockerfile)) expect(scripts).toHaveProperty([script]);
    for (const [, sources = ''] of dockerfile.matchAll(/^COPY (.+) \S+$/gm)) {
      for (const source of sources.split(' ')) expect(existsSync(join(root, source)), source).toBe(true);
    }
    const workspaces = z.object({ workspaces: z.array(z.string()) }).parse(JSON.parse(read('package.json')));
    for (const workspace of workspaces.workspaces)
      expect(dockerfile).toContain(`COPY ${workspace}/package.json`);
  });

  test('a command that does not exist would be noticed', () => {
    expect(npmScriptsIn('["npm", "run", "sever"]').concat(npmScriptsIn('npm run wroker'))).toEqual([
      'sever',
      'wroker',
    ]);
  });
});

describe('the last line of .ci/run', () => {
  test.each([
    [{ numPassedTests: 5, numFailedTests: 0, numPendingTests: 2 }, [], '5 passed, 0 failed, 2 skipped', 0],
    [{ numPassedTests: 5, numFailedTests: 1, numPendingTests: 0 }, [], '5 passed, 1 failed, 0 skipped', 1],
    // A file that cannot be loaded has no tests to count.
    [
      { numPassedTests: 5, numFailedTests: 0, numPendingTests: 0 },
      ['failed'],
      '5 passed, 1 failed, 0 skipped',
      1,
    ],
  ])('counts truly: %j %j', (counts, unloaded, line, status) => {
    const folder = mkdtempSync(join(tmpdir(), 'kinga-ci-'));
    const report = join(folder, 'report.json');
    const testResults = unloaded.map((state) => ({ status: state, assertionResults: [] }));
    const success = status === 0;
    writeFileSync(report, JSON.stringify({ ...counts, numTodoTests: 0, success, testResults }));
    const run = spawnSync(process.execPath, [join(root, '.ci/summary.ts'), report], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(run.stdout.trim()).toBe(line);
    expect(run.status).toBe(status);
  });

  test('a run without a report is a failure', () => {
    const run = spawnSync(process.execPath, [join(root, '.ci/summary.ts'), '/nowhere'], { encoding: 'utf8' });
    expect(run.stdout.trim()).toBe('0 passed, 1 failed, 0 skipped');
    expect(run.status).toBe(1);
  });
});
