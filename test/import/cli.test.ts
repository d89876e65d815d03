import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockKeys } from '@kinga/server/domains/exclusions/register/locks.ts';
import { createCrypto } from '@kinga/server/platform/crypto/crypto.ts';
import { newSecrets, writeSecrets } from '@kinga/server/platform/crypto/secrets.ts';
import { txOf } from '@kinga/server/platform/db/database.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { brokenAt } from '../exclusions/support.ts';
import { csv } from '../fixtures/csv.ts';
import { firstPeople } from '../fixtures/people.ts';
import { ok } from '../support/client.ts';
import { createTestDatabase, secretsOf, type TestDatabase } from '../support/database.ts';
import { startTestHub } from '../support/hub.ts';
import { newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { spawnEntry } from '../support/spawn-entry.ts';

const CLI = 'server/src/cli/import.ts';
const ROW_ENDS = ',,,,,,1y,,person,,\n';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kinga-import-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileWith(name: string, text: Iterable<string>): string {
  const file = join(folder, name);
  writeFileSync(file, [...text].join(''));
  return file;
}

/** What an importer beside a hub on a PostgreSQL of one's own gets. */
function environment(database: TestDatabase, secrets = secretsOf(database)): Record<string, string> {
  const secretsFile = join(folder, `${database.name}-${Object.values(secrets)[0]!.value.slice(0, 6)}.json`);
  if (!existsSync(secretsFile)) writeSecrets(secretsFile, secrets);
  return { DATABASE_URL: database.url, SECRETS_FILE: secretsFile, DATA_DIR: folder };
}

async function run(env: Record<string, string>, ...args: string[]) {
  const entry = spawnEntry(CLI, env, args);
  const code = await entry.ended();
  return { code, output: entry.output };
}

/** No import comes past this row of a file of the seed meanwhile, however quick it is. */
async function holdUpAt(database: TestDatabase, row: number, seed: number): Promise<AsyncDisposable> {
  const { phone } = firstPeople(row, seed).at(-1)!;
  const key = createCrypto(secretsOf(database)).identifierKey('phone', phone);
  const client = await database.pool.connect();
  await client.query('BEGIN');
  await lockKeys(txOf(client), [key], 'exclusive');
  return {
    [Symbol.asyncDispose]: async () => {
      await client.query('ROLLBACK');
      client.release();
    },
  };
}

test('says what it did, and exits with 0 when every row is accounted for', async () => {
  await using database = await createTestDatabase();
  const file = fileWith('mixed.csv', csv({ rows: 500, mess: 0.3, bad: 0.1 }));
  const first = await run(environment(database), file);
  expect(first.code).toBe(0);
  expect(first.output).toContainEqual('Ignored, because unknown: Branch Office');
  const [, imported = '', rejected = ''] =
    /^Imported: (\d+) new, 0 known already, (\d+) rejected; 500 rows in [\d.]+ s \(\d+ rows\/s\)$/m.exec(
      first.output.join('\n'),
    ) ?? [];
  expect(Number(imported) + Number(rejected)).toBe(500);
  expect(existsSync(`${file}.rejected.csv`)).toBe(true);
  const again = await run(environment(database), file);
  expect(again.code).toBe(0);
  expect(again.output.join('\n')).toContain(`0 new, ${imported} known already, ${rejected} rejected`);
  expect(await brokenAt(database.pool)).toBeUndefined();
});

describe('one line and exit code 1', () => {
  test.each([
    ['no file given', [], /usage: npm run import -- <file.csv>/],
    ['no such file', ['nowhere.csv'], /nowhere\.csv: there is no such file/],
    ['a folder', ['.'], /not a file/],
  ])('%s', async (_name, args, message) => {
    const { code, output } = await run({ DATA_DIR: folder }, ...args);
    expect(code).toBe(1);
    expect(output).toHaveLength(1);
    expect(output[0]).toMatch(message);
  });

  test('a header that is missing', async () => {
    await using database = await createTestDatabase();
    const { code, output } = await run(
      environment(database),
      fileWith('no-header.csv', ['name,period\nJuma,1y\n']),
    );
    expect(code).toBe(1);
    expect(output).toHaveLength(1);
    expect(output[0]).toMatch(/no header one of national_id, .* and no source/);
  });

  test('other secrets than the database was made with', async () => {
    await using database = await createTestDatabase();
    const file = fileWith('secrets.csv', csv({ rows: 5 }));
    expect((await run(environment(database), file)).code).toBe(0);
    const { code, output } = await run(environment(database, newSecrets()), file);
    expect(code).toBe(1);
    expect(output).toHaveLength(1);
    expect(output[0]).toMatch(/^kinga: SECRETS_FILE: the key "pepper" is not the one/);
  });
});

test('killed at any point, the next run goes on: nothing lost, nothing twice', async () => {
  await using database = await createTestDatabase();
  const rows = 6_000;
  const file = fileWith('killed.csv', csv({ rows, mess: 0.2, seed: 9 }));
  const count = async () => {
    const { rows: found } = await database.pool.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM exclusions',
    );
    return found[0]!.n;
  };
  for (const row of [2_000, 4_000]) {
    const before = await count();
    await using _held = await holdUpAt(database, row, 9);
    const entry = spawnEntry(CLI, environment(database), [file]);
    await probe(async () => (await count()) > before);
    await entry.kill('SIGKILL');
  }
  const partly = await count();
  expect(partly).toBeGreaterThan(0);
  const { code, output } = await run(environment(database), file);
  expect(code).toBe(0);
  expect(output.join('\n')).toMatch(/Imported: \d+ new, \d+ known already, 0 rejected/);
  expect(await count()).toBe(rows);
  const { rows: people } = await database.pool.query('SELECT count(*)::int AS n FROM persons');
  expect(people[0].n).toBe(rows);
  expect(await brokenAt(database.pool)).toBeUndefined();
});

test('a signal ends it after the batch that runs, and says how to go on', async () => {
  await using database = await createTestDatabase();
  const file = fileWith('signal.csv', csv({ rows: 20_000, seed: 11 }));
  const entry = spawnEntry(CLI, environment(database), [file]);
  {
    await using _held = await holdUpAt(database, 5_000, 11);
    await probe(async () => (await database.pool.query('SELECT FROM exclusions LIMIT 1')).rowCount === 1);
    entry.child.kill('SIGTERM');
  }
  expect(await entry.ended()).toBe(1);
  expect(entry.output.join('\n')).toMatch(/Stopped; imported so far: \d+ new[\s\S]*it goes on from there/);
  expect(await brokenAt(database.pool)).toBeUndefined();
});

test('into a running hub: lookups know it at once, live registrations go on', async () => {
  await using hub = await startTestHub();
  const { apiKey } = await hub.operatorKey();
  const { token } = await hub.admin();
  const last = newPerson();
  const file = fileWith('live.csv', [
    ...csv({ rows: 4_000, mess: 0, seed: 21 }),
    `${last.nationalId},${last.phone}${ROW_ENDS}`,
  ]);
  const importing = run(environment(hub.database, hub.secrets), file);
  let isDone = false;
  void importing.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    const input = { identifiers: newPerson().identifiers, period: '24h', source: 'person' };
    ok((await hub.http('exclusions.register', input, { token })).body);
  }
  expect((await importing).code).toBe(0);
  await probe(async () => {
    const lookup = { identifiers: [last.byPhone], purpose: 'bet' };
    return ok((await hub.http('exclusions.lookup', lookup, { apiKey })).body).status === 'EXCLUDED';
  });
  // Between two batches of the file, and not only before and after all of it.
  const { rows } = await hub.database.pool.query<{ between: number }>(
    `SELECT count(*)::int AS between FROM exclusions
     WHERE registered_by <> 'import'
       AND seq BETWEEN (SELECT min(seq) FROM exclusions WHERE registered_by = 'import')
                   AND (SELECT max(seq) FROM exclusions WHERE registered_by = 'import')`,
  );
  expect(rows[0]!.between).toBeGreaterThan(0);
  expect(await brokenAt(hub.database.pool)).toBeUndefined();
});

test('into a stopped hub: its own PostgreSQL is started for as long as it takes', async () => {
  const dataDir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'kinga-test-'));
  try {
    const file = fileWith('stopped.csv', csv({ rows: 50, mess: 0, seed: 31 }));
    const first = await run({ DATA_DIR: dataDir }, file);
    expect(first.output.join('\n')).toContain('Imported: 50 new');
    expect(first.code).toBe(0);
    expect(existsSync(join(dataDir, 'database.url'))).toBe(false);
    expect(readFileSync(join(dataDir, 'secrets.json'), 'utf8')).toContain('pepper');
    const again = await run({ DATA_DIR: dataDir }, file);
    expect(again.output.join('\n')).toContain('0 new, 50 known already');
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});
