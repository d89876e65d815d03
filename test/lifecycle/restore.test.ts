import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newSecrets, verifySecrets, writeSecrets } from '@kinga/server/platform/crypto/secrets.ts';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, secretsOf, type TestDatabase } from '../support/database.ts';
import { spawnEntry } from '../support/spawn-entry.ts';

let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'kinga-test-data-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

async function restore(
  database: TestDatabase,
  ...args: string[]
): Promise<{ code: number | null; said: string }> {
  const entry = spawnEntry(
    'server/src/cli/restore.ts',
    { DATA_DIR: dataDir, DATABASE_URL: database.url },
    args,
  );
  return { code: await entry.ended(), said: entry.output.join('\n') };
}

async function epochOf(database: TestDatabase): Promise<string> {
  const { rows } = await database.pool.query<{ epoch: string }>('SELECT epoch FROM database_epoch');
  return rows[0]?.epoch ?? '';
}

describe('npm run restore', () => {
  test('gives the database a new epoch, in the audit, and says so', async () => {
    await using database = await createTestDatabase();
    writeSecrets(join(dataDir, 'secrets.json'), secretsOf(database));
    const before = await epochOf(database);
    const { code, said } = await restore(database);
    const after = await epochOf(database);
    expect(code).toBe(0);
    expect(after).not.toBe(before);
    expect(said).toContain(before);
    expect(said).toContain(after);
    const audit = await database.pool.query(`SELECT action, subject FROM audit_log`);
    expect(audit.rows).toEqual([{ action: 'database.restored', subject: after }]);
  });

  test('refuses while a hub is connected, unless forced', async () => {
    await using database = await createTestDatabase();
    writeSecrets(join(dataDir, 'secrets.json'), secretsOf(database));
    const hub = new pg.Client({ connectionString: database.url, application_name: 'kinga-hub-a1' });
    await hub.connect();
    try {
      const before = await epochOf(database);
      const refused = await restore(database);
      expect(refused).toEqual({
        code: 1,
        said: expect.stringMatching(/^kinga: DATABASE_URL: .*kinga-hub-a1.*$/),
      });
      expect(await epochOf(database)).toBe(before);
      expect((await restore(database, '--force')).code).toBe(0);
      expect(await epochOf(database)).not.toBe(before);
    } finally {
      await hub.end();
    }
  });

  test('refuses with other secrets, and changes nothing', async () => {
    await using database = await createTestDatabase();
    await database.db.transaction((tx) => verifySecrets(tx, secretsOf(database)));
    writeSecrets(join(dataDir, 'secrets.json'), newSecrets());
    const before = await epochOf(database);
    const { code, said } = await restore(database);
    expect(code).toBe(1);
    expect(said).toMatch(/^kinga: SECRETS_FILE: .*not the one this database was made with$/);
    expect(await epochOf(database)).toBe(before);
  });
});

describe('npm run secrets', () => {
  test('writes a file that only its owner can read, and never over another', async () => {
    const file = join(dataDir, 'deep', 'secrets.json');
    const first = spawnEntry('server/src/cli/secrets.ts', { DATA_DIR: dataDir, SECRETS_FILE: file });
    expect(await first.ended()).toBe(0);
    expect(first.output.join('\n')).toMatch(/Back it up/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const content = readFileSync(file, 'utf8');
    const second = spawnEntry('server/src/cli/secrets.ts', { DATA_DIR: dataDir, SECRETS_FILE: file });
    expect(await second.ended()).toBe(1);
    expect(second.output).toEqual([expect.stringMatching(/^kinga: SECRETS_FILE: .*never overwritten$/)]);
    expect(readFileSync(file, 'utf8')).toBe(content);
  });
});
