import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Tx } from '../db/tx.ts';

const key = z.strictObject({ version: z.number().int().positive(), value: z.string().min(32) });

/**
 * pepper: keyed hash of identifiers. Losing it loses the register. seal: AES-256-GCM of originals. signing:
 * Ed25519 of access tokens (PKCS8, PEM). pseudonym: subjects on `exclusions/changes`.
 */
const schema = z.strictObject({ pepper: key, seal: key, signing: key, pseudonym: key });
export type Secrets = z.output<typeof schema>;

export function newSecrets(): Secrets {
  const random = () => ({ version: 1, value: randomBytes(32).toString('base64url') });
  const signing = generateKeyPairSync('ed25519')
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
  return { pepper: random(), seal: random(), signing: { version: 1, value: signing }, pseudonym: random() };
}

export function readSecrets(file: string): Secrets {
  if (!existsSync(file)) throw new Error(`SECRETS_FILE: ${file} does not exist (npm run secrets makes one)`);
  const parsed = schema.safeParse(parseJson(naming(file, 'read', () => readFileSync(file, 'utf8'))));
  if (!parsed.success) throw new Error(`SECRETS_FILE: ${file} is not a secrets file`);
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whole and on the disk before anything is stored under these keys; never over an existing file. */
export function writeSecrets(file: string, secrets: Secrets): void {
  if (existsSync(file)) throw new Error(`SECRETS_FILE: ${file} exists already; it is never overwritten`);
  naming(file, 'write', () => writeWhole(file, `${JSON.stringify(secrets, null, 2)}\n`));
}

function writeWhole(file: string, content: string): void {
  const draft = `${file}.${process.pid}.tmp`;
  const fd = openSync(draft, 'wx', 0o600);
  writeSync(fd, content);
  fsyncSync(fd);
  closeSync(fd);
  renameSync(draft, file);
  const folder = openSync(dirname(file), 'r');
  fsyncSync(folder);
  closeSync(folder);
}

/** What the system says of a file names no key of the environment. */
function naming<TResult>(file: string, what: 'read' | 'write', work: () => TResult): TResult {
  try {
    return work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`SECRETS_FILE: cannot ${what} ${file} (${code})`, { cause: error });
  }
}

/** Tokens are signed anew every quarter of an hour; everything else is written once, under one version. */
const RENEWABLE: readonly string[] = ['signing'];

/**
 * Compares these secrets with the check values the database keeps, and stores them on first use. Every
 * process that opens the database does this first: with the wrong pepper everybody would be CLEAR. Calling it
 * another version makes no pepper right: what was written under the one before would not be found any more.
 */
export async function verifySecrets(tx: Tx, secrets: Secrets): Promise<void> {
  for (const [name, { version, value }] of Object.entries(secrets)) {
    const check = createHmac('sha256', value).update(`kinga check value ${name}`).digest('hex');
    await tx.query(
      `INSERT INTO secret_checks (name, version, check_value)
       SELECT $1, $2, $3 WHERE $4 OR NOT EXISTS (SELECT FROM secret_checks WHERE name = $1)
       ON CONFLICT DO NOTHING`,
      [name, version, check, RENEWABLE.includes(name)],
    );
    const { rows } = await tx.query<{ check_value: string }>(
      'SELECT check_value FROM secret_checks WHERE name = $1 AND version = $2',
      [name, version],
    );
    if (rows[0]?.check_value !== check) {
      throw new Error(`SECRETS_FILE: the key "${name}" is not the one this database was made with`);
    }
  }
}
