import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ownerOf } from '@kinga/server/platform/lifecycle/lock-file.ts';
import { commandOf, isAlive, isSameProcessAlive } from '@kinga/server/platform/lifecycle/process-identity.ts';
import { runningPostmaster } from '@kinga/server/platform/postgres/postmaster.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createWireClient, ok } from '../support/client.ts';
import { createDataDir } from '../support/data-dir.ts';
import { newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { type SpawnedEntry, spawnCommand, spawnEntry } from '../support/spawn-entry.ts';

/** Carried by every process that a start starts, so that none can hide. */
const mark = randomUUID();
const folder = createDataDir();
const dataDir = folder.path;
const environment = { DATA_DIR: dataDir, PORT: '0', HOME: homedir(), KINGA_TEST_MARK: mark };

function processesLeft(): string[] {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(mark);
    } catch {
      return false;
    }
  });
}

interface Started extends SpawnedEntry {
  readonly address: string;
  readonly apiKey: string;
  readonly admin: { readonly email: string; readonly password: string };
}

/** `npm start`, until it has told everything. */
async function npmStart(): Promise<Started> {
  const entry = spawnCommand('npm', ['start'], environment);
  const address = await entry.url();
  const printed = await probe(
    () => entry.output.some((line) => line.includes('Ctrl-C')) && entry.output.join('\n'),
  );
  const [, email = '', password = ''] = /^ +admin +(\S+) +(\S+)$/m.exec(printed) ?? [];
  const [apiKey = ''] = /kk_\S+/.exec(printed) ?? [];
  return { ...entry, address, apiKey, admin: { email, password } };
}

async function lookup({ address, apiKey }: Started, nationalId: string): Promise<string> {
  const identifiers = [{ type: 'nationalId', value: nationalId }];
  const answer = await createWireClient(address).http(
    'exclusions.lookup',
    { identifiers, purpose: 'bet' },
    { apiKey },
  );
  return ok(answer.body).status;
}

async function exclude({ address, admin }: Started, nationalId: string): Promise<void> {
  const client = createWireClient(address);
  const { accessToken: token } = ok((await client.http('identity.login', admin)).body);
  const identifiers = [{ type: 'nationalId', value: nationalId }];
  const input = { identifiers, period: '1y', source: 'person' };
  ok((await client.http('exclusions.register', input, { token })).body);
}

const isReady = async (address: string) => (await fetch(`${address}/readyz`)).ok;
const postmaster = () => runningPostmaster(join(dataDir, 'postgres'));

afterAll(() => folder[Symbol.dispose]());

/** One story on one folder, because each start takes seconds: the tests stand on each other. */
describe('npm start', () => {
  let hub: Started;
  let firstKey = '';
  const excluded = newPerson().nationalId;

  beforeAll(async () => {
    hub = await npmStart();
    firstKey = hub.apiKey;
  });
  afterAll(() => hub.kill('SIGTERM'));

  test('on an empty folder gives a hub, a worker, a page, demo accounts and a key', async () => {
    expect(await isReady(hub.address)).toBe(true);
    expect(hub.apiKey).toMatch(/^kk_/);
    await exclude(hub, excluded);
    expect(await lookup(hub, excluded)).toBe('EXCLUDED');
    expect(await lookup(hub, newPerson().nationalId)).toBe('CLEAR');
    const page = await fetch(hub.address);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(await page.text()).toContain('<script');
  });

  test('a second one on the same folder waits a while, says why it does not start, and harms nothing', async () => {
    const before = postmaster();
    const second = spawnEntry('server/src/start.ts', environment);
    expect(await second.ended()).toBe(1);
    expect(second.output).toHaveLength(2);
    expect(second.output[0]).toContain('DATA_DIR is in use: waiting for its owner to end');
    expect(second.output[1]).toMatch(/^kinga: DATA_DIR: .* is in use by another hub/);
    expect(postmaster()).toBe(before);
    expect(await lookup(hub, excluded)).toBe('EXCLUDED');
  });

  test('a second node, as printed, shares its database, folder and secrets', async () => {
    const [, printed = ''] = /A second node\n +(.+)/.exec(hub.output.join('\n')) ?? [];
    const port = Number(new URL(hub.address).port) + 1;
    expect(printed).toMatch(new RegExp(`^DATABASE_URL=.* DATA_DIR=${dataDir} PORT=${port} npm run server$`));
    // On a free port here, for the printed one may be somebody's.
    const command = `exec env ${printed.replace(`PORT=${port}`, 'PORT=0')}`;
    const { DATA_DIR: _, ...rest } = environment;
    const second = spawnCommand('sh', ['-c', command], rest);
    const address = await second.url();
    expect(await lookup({ ...hub, address }, excluded)).toBe('EXCLUDED');
    expect(await second.kill('SIGTERM')).toBe(0);
    expect(await lookup(hub, excluded)).toBe('EXCLUDED');
  });

  test('starts its worker again when that is killed', async () => {
    const worker = () =>
      processesLeft().find((pid) => commandOf(Number(pid)).includes('workers/src/main.ts'));
    const first = await probe(worker);
    process.kill(Number(first), 'SIGKILL');
    await probe(() => ![undefined, first].includes(worker()));
  });

  test('lives on when PostgreSQL is killed', async () => {
    const pid = postmaster() ?? 0;
    process.kill(pid, 'SIGKILL');
    await probe(() => !isAlive(pid));
    await probe(async () => (await lookup(hub, excluded)) === 'EXCLUDED' && (await isReady(hub.address)));
  });

  test('killed, leaves nothing that the next one would ask about', async () => {
    const later = newPerson().nationalId;
    await exclude(hub, later);
    const orphan = postmaster();
    await killTree(hub);
    hub = await npmStart();
    expect(postmaster()).not.toBe(orphan);
    expect(hub.apiKey).toBe(firstKey);
    expect(await lookup(hub, excluded)).toBe('EXCLUDED');
    expect(await lookup(hub, later)).toBe('EXCLUDED');
  });

  test('whose npm is killed goes with it, and the next one waits until it is gone', async () => {
    const supervisor = ownerOf(join(dataDir, 'hub.lock'))!;
    hub.child.kill('SIGKILL');
    hub = await npmStart();
    expect(isSameProcessAlive(supervisor)).toBe(false);
    expect(hub.apiKey).toBe(firstKey);
    expect(await lookup(hub, excluded)).toBe('EXCLUDED');
  });

  test('a signal, even twice, drains and stops everything within 10 s', async () => {
    const before = performance.now();
    hub.child.kill('SIGTERM');
    setTimeout(() => hub.child.kill('SIGTERM'), 50);
    expect(await hub.ended()).toBe(0);
    expect(performance.now() - before).toBeLessThan(10_000);
    expect(await probe(() => processesLeft().length === 0)).toBe(true);
    expect(readdirSync(dataDir).filter((name) => /^(hub\.lock|database\.url)/.test(name))).toEqual([]);
  });
});

/** SIGKILL to the supervisor itself, not to npm in front of it; the worker must leave by itself. */
async function killTree(hub: Started): Promise<void> {
  const supervisor = JSON.parse(readFileSync(join(dataDir, 'hub.lock'), 'utf8')).pid as number;
  process.kill(supervisor, 'SIGKILL');
  await hub.ended();
  const database = new Set([String(postmaster())]);
  const isOfDatabase = (pid: string) =>
    database.has(pid) ||
    database.has(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '');
  await probe(() => processesLeft().every(isOfDatabase), { what: 'the worker' });
}
