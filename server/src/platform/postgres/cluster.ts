import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { z } from 'zod';
import { syncFolder, writeWholeFile } from '../lifecycle/whole-file.ts';
import type { Binaries } from './binaries.ts';
import { giveTo, type Runner } from './unprivileged.ts';

/** Owns the database and everything in it; may make roles; is no superuser. */
const OWNER = 'kinga';
const SUPERUSER = 'postgres';

/** Random passwords, and the port of the last run: other nodes may still know it. Inside the cluster, mode 600. */
const access = z.object({ superuser: z.string(), owner: z.string(), port: z.number().int().optional() });
export type Access = z.output<typeof access>;

const accessFile = (folder: string) => join(folder, 'access.json');

export interface ClusterTools {
  readonly binaries: Binaries;
  readonly runner: Runner;
  /** False for clusters that need not survive the machine. */
  readonly sync: boolean;
}

/** Makes the cluster on first use. It is made beside its place and moved there whole. */
export async function prepareCluster(folder: string, tools: ClusterTools): Promise<Access> {
  const draft = `${folder}.new`;
  rmSync(draft, { recursive: true, force: true });
  if (!existsSync(folder)) {
    const fresh = { superuser: newPassword(), owner: newPassword() };
    await initialise(draft, fresh, tools);
    renameSync(draft, folder);
    syncFolder(dirname(folder));
  }
  giveTo(tools.runner.ownerUid, folder);
  if (!existsSync(accessFile(folder))) {
    throw new Error(`DATA_DIR: ${accessFile(folder)} is missing; it belongs to the database beside it`);
  }
  return access.parse(JSON.parse(readFileSync(accessFile(folder), 'utf8')));
}

export function rememberPort(folder: string, known: Access, port: number): void {
  if (known.port !== port) writeWholeFile(accessFile(folder), JSON.stringify({ ...known, port }));
}

async function initialise(draft: string, fresh: Access, { binaries, runner, sync }: ClusterTools) {
  const passwordFile = `${draft}.password`;
  writeFileSync(passwordFile, fresh.superuser, { mode: 0o600 });
  giveTo(runner.ownerUid, passwordFile);
  // Made by us, because whoever initdb runs as may not be allowed to make anything in DATA_DIR.
  mkdirSync(draft, { mode: 0o700 });
  giveTo(runner.ownerUid, draft);
  const args = [
    ...['-D', draft, '-U', SUPERUSER, '--auth=scram-sha-256', `--pwfile=${passwordFile}`],
    ...['--encoding=UTF8', '--locale-provider=builtin', '--locale=C.UTF-8', '--no-instructions'],
    ...(sync ? [] : ['--no-sync']),
  ];
  const [command = binaries.initdb, ...rest] = [...runner.prefix, binaries.initdb, ...args];
  try {
    await promisify(execFile)(command, rest, runner.spawnOptions);
  } catch (error) {
    const lines = (error as { stderr?: string }).stderr?.trim().split('\n') ?? [];
    const said = lines.find((line) => /error|fatal|could not/i.test(line)) ?? lines[0];
    throw new Error(`DATA_DIR: initdb failed in ${dirname(draft)}: ${said || (error as Error).message}`);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  writeWholeFile(accessFile(draft), JSON.stringify(fresh));
}

/** The owner's role and database; asked for at every start, because the first one may have been interrupted. */
export async function ensureDatabase(superuserUrl: string, known: Access): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl, application_name: 'kinga-supervisor' });
  await client.connect();
  try {
    const role = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [OWNER]);
    if (role.rows.length === 0) {
      await client.query(
        `CREATE ROLE ${OWNER} LOGIN CREATEROLE PASSWORD ${client.escapeLiteral(known.owner)}`,
      );
    }
    const database = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [OWNER]);
    if (database.rows.length === 0) await client.query(`CREATE DATABASE ${OWNER} OWNER ${OWNER}`);
  } finally {
    await client.end();
  }
}

export function urlsOf(known: Access, port: number): { url: string; superuserUrl: string } {
  return {
    url: `postgres://${OWNER}:${known.owner}@127.0.0.1:${port}/${OWNER}`,
    superuserUrl: `postgres://${SUPERUSER}:${known.superuser}@127.0.0.1:${port}/postgres`,
  };
}

function newPassword(): string {
  return randomBytes(24).toString('base64url');
}
