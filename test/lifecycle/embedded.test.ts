import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '@kinga/server/platform/lifecycle/process-identity.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@kinga/server/platform/postgres/embedded.ts';
import { runningPostmaster } from '@kinga/server/platform/postgres/postmaster.ts';
import { DISPOSABLE_SETTINGS } from '@kinga/server/platform/postgres/settings.ts';
import pg from 'pg';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDataDir, type DataDir } from '../support/data-dir.ts';
import { probe } from '../support/probe.ts';

let folder: DataDir;
let dataDir = '';
let running: EmbeddedPostgres | undefined;

beforeEach(() => {
  folder = createDataDir();
  dataDir = folder.path;
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  folder[Symbol.dispose]();
});

async function startHere(): Promise<EmbeddedPostgres> {
  const log = pino({ level: 'silent' });
  running = await startEmbeddedPostgres({ dataDir, log, sync: false, settings: DISPOSABLE_SETTINGS });
  return running;
}

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.query({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

/** sched(7). */
const SCHED_BATCH = 3;
const POLICY_COLUMN = 38;
const hasChrt = spawnSync('chrt', ['--batch', '0', 'true']).status === 0;

function policyOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[POLICY_COLUMN]);
}

const postmaster = () => runningPostmaster(join(dataDir, 'postgres'));

describe('the embedded PostgreSQL', () => {
  test('starts in an empty folder as whoever we are, and keeps its data and its port', async () => {
    const first = await startHere();
    expect(readFileSync(join(dataDir, 'database.url'), 'utf8').trim()).toBe(first.url);
    expect(statSync(join(dataDir, 'database.url')).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDir, 'postgres', 'access.json')).mode & 0o777).toBe(0o600);
    await ask(first.url, 'CREATE TABLE kept AS SELECT 7 AS n');
    await first.stop();
    expect(existsSync(join(dataDir, 'database.url'))).toBe(false);
    const second = await startHere();
    expect(second.url).toBe(first.url);
    expect(await ask(second.url, 'SELECT n FROM kept')).toEqual([7]);
  });

  test('lets nobody in without the password, and its owner is no superuser', async () => {
    const { url } = await startHere();
    const wrong = new URL(url);
    wrong.password = 'wrong';
    await expect(ask(wrong.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
    expect(await ask(url, 'SHOW listen_addresses')).toEqual(['127.0.0.1']);
    const role = 'SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user';
    expect(await ask(url, role)).toEqual([false, false, true]);
    await expect(ask(url, 'SHOW hba_file')).rejects.toThrow(/permission denied/);
  });

  test.runIf(hasChrt)('is batch work to the scheduler, and so is every backend', async () => {
    const { url } = await startHere();
    expect(policyOf(postmaster() ?? 0)).toBe(SCHED_BATCH);
    const open = new pg.Client({ connectionString: url });
    await open.connect();
    const { rows } = await open.query('SELECT pg_backend_pid() AS pid');
    expect(policyOf(rows[0].pid)).toBe(SCHED_BATCH);
    await open.end();
  });

  test('comes back on its port when it is killed', async () => {
    const { url } = await startHere();
    await ask(url, 'CREATE TABLE kept AS SELECT 7 AS n');
    const pid = postmaster() ?? 0;
    process.kill(pid, 'SIGKILL');
    await probe(() => !isAlive(pid));
    expect(await probe(() => ask(url, 'SELECT n FROM kept'))).toEqual([7]);
  });

  test('is left alone by a second process while its owner lives', async () => {
    const first = await startHere();
    const pid = postmaster();
    const again = startEmbeddedPostgres({ dataDir, log: pino({ level: 'silent' }) });
    await expect(again).rejects.toThrow(`DATA_DIR: ${dataDir} is in use by another hub or tool`);
    expect(postmaster()).toBe(pid);
    expect(await ask(first.url, 'SELECT 1')).toEqual([1]);
  });

  test('of a killed owner is taken over without a question', async () => {
    const script = join(import.meta.dirname, 'embedded-owner.ts');
    const owner = spawn(process.execPath, [script, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [url] = (await once(owner.stdout, 'data')).map(String);
    await ask(url ?? '', 'CREATE TABLE kept AS SELECT 7 AS n');
    const orphan = postmaster() ?? 0;
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    expect(isAlive(orphan)).toBe(true);
    const { url: now } = await startHere();
    expect(isAlive(orphan)).toBe(false);
    expect(await ask(now, 'SELECT n FROM kept')).toEqual([7]);
  });

  test('starts although its old process id is somebody else’s today', async () => {
    await (await startHere()).stop();
    writeFileSync(join(dataDir, 'postgres', 'postmaster.pid'), `${process.pid}\n/elsewhere\n`);
    const { url } = await startHere();
    expect(await ask(url, 'SELECT 1')).toEqual([1]);
  });

  test('clears away a first start that was interrupted', async () => {
    mkdirSync(join(dataDir, 'postgres.new', 'base'), { recursive: true });
    const { url } = await startHere();
    expect(await ask(url, 'SELECT 1')).toEqual([1]);
    expect(existsSync(join(dataDir, 'postgres.new'))).toBe(false);
  });

  test('says in one line why it does not start, and gives the folder free again', async () => {
    const log = pino({ level: 'silent' });
    const bad = startEmbeddedPostgres({ dataDir, log, sync: false, settings: { shared_buffers: 'many' } });
    await expect(bad).rejects.toThrow(
      /^DATA_DIR: PostgreSQL did not start: .*shared_buffers.*postgres\.log\)$/,
    );
    await startHere();
  });
});
