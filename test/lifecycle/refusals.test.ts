import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newSecrets, verifySecrets, writeSecrets } from '@kinga/server/platform/crypto/secrets.ts';
import { freePort } from '@kinga/server/platform/lifecycle/free-port.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, secretsOf } from '../support/database.ts';
import { spawnEntry } from '../support/spawn-entry.ts';

let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'kinga-test-data-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

/** Starts the real entry; it must end with 1 and exactly one line. */
async function refusal(env: Readonly<Record<string, string>>): Promise<string> {
  const entry = spawnEntry('server/src/main.ts', {
    DATA_DIR: dataDir,
    LOG_LEVEL: 'silent',
    PORT: '0',
    ...env,
  });
  const code = await entry.ended();
  expect(entry.output).toHaveLength(1);
  expect(code).toBe(1);
  return entry.output[0] ?? '';
}

describe('npm run server refuses with one line', () => {
  test('a wrong value', async () => {
    expect(await refusal({ PORT: 'eighty' })).toMatch(/^kinga: PORT: /);
  });

  test('a folder that nobody can make', async () => {
    expect(await refusal({ DATA_DIR: '/proc/kinga/data' })).toMatch(/^kinga: DATA_DIR: /);
    expect(await refusal({ DATA_DIR: '/dev/null/data' })).toMatch(/^kinga: DATA_DIR: /);
  });

  test('a database of one’s own without secrets', async () => {
    await using database = await createTestDatabase();
    const line = await refusal({ DATABASE_URL: database.url });
    expect(line).toMatch(
      /^kinga: SECRETS_FILE: .*secrets\.json does not exist \(npm run secrets makes one\)$/,
    );
  });

  test('a place for the secrets that cannot be read, or written on a first start', async () => {
    const DATABASE_URL = 'postgres://kinga:x@127.0.0.1:1/kinga';
    expect(await refusal({ DATABASE_URL, SECRETS_FILE: dataDir })).toBe(
      `kinga: SECRETS_FILE: cannot read ${dataDir} (EISDIR)`,
    );
    const file = join(dataDir, 'nowhere', 'secrets.json');
    expect(await refusal({ SECRETS_FILE: file })).toBe(`kinga: SECRETS_FILE: cannot write ${file} (ENOENT)`);
  });

  test('a database made with other secrets', async () => {
    await using database = await createTestDatabase();
    await database.db.transaction((tx) => verifySecrets(tx, secretsOf(database)));
    writeSecrets(join(dataDir, 'secrets.json'), newSecrets());
    const line = await refusal({ DATABASE_URL: database.url });
    expect(line).toMatch(/^kinga: SECRETS_FILE: the key "\w+" is not the one this database was made with$/);
  });

  test('a database made with other secrets, whatever version these give themselves', async () => {
    await using database = await createTestDatabase();
    const secrets = secretsOf(database);
    await database.db.transaction((tx) => verifySecrets(tx, secrets));
    const { pepper, signing } = newSecrets();
    const repeppered = { ...secrets, pepper: { ...pepper, version: 2 } };
    await expect(database.db.transaction((tx) => verifySecrets(tx, repeppered))).rejects.toThrow('"pepper"');
    const resigned = { ...secrets, signing: { ...signing, version: 2 } };
    await database.db.transaction((tx) => verifySecrets(tx, resigned));
  });

  test('a database that does not answer, and one it may not enter', async () => {
    writeSecrets(join(dataDir, 'secrets.json'), newSecrets());
    const silent = `postgres://kinga:x@127.0.0.1:${await freePort()}/kinga`;
    expect(await refusal({ DATABASE_URL: silent })).toMatch(/^kinga: DATABASE_URL: nobody answers at 127/);
    await using database = await createTestDatabase();
    const wrong = new URL(database.url);
    wrong.password = 'wrong';
    expect(await refusal({ DATABASE_URL: wrong.href })).toMatch(
      /^kinga: DATABASE_URL: password authentication/,
    );
  });

  test('a port that is taken', async () => {
    await using database = await createTestDatabase();
    writeSecrets(join(dataDir, 'secrets.json'), secretsOf(database));
    const other = createServer().listen(0, '127.0.0.1');
    try {
      await once(other, 'listening');
      const { port } = other.address() as AddressInfo;
      const line = await refusal({ DATABASE_URL: database.url, PORT: String(port) });
      expect(line).toMatch(new RegExp(`^kinga: PORT: ${port} .*in use`));
    } finally {
      other.close();
    }
  });
});
