import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ImportResult, importFile } from '@kinga/server/domains/exclusions/import/importer.ts';
import { createBatchWriter } from '@kinga/server/domains/exclusions/register/batch.ts';
import { parse } from 'csv-parse/sync';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestPlatform, type TestPlatform } from '../support/platform.ts';

export interface ImportWorld extends AsyncDisposable {
  readonly database: TestDatabase;
  readonly platform: TestPlatform;
  readonly folder: string;
  /** Writes the text to the file (the same one each time) and imports it. */
  run(text: string): Promise<ImportResult>;
  readonly file: string;
  /** Of the last run, as lists of cells; the first is the header. */
  rejects(): string[][];
  count(table: string): Promise<number>;
}

/** `accounts`: the keys, as hex, that somebody with an account is known by. */
export async function openImport(accounts: ReadonlySet<string> = new Set()): Promise<ImportWorld> {
  const database = await createTestDatabase();
  const platform = await createTestPlatform(database);
  const folder = mkdtempSync(join(tmpdir(), 'kinga-import-'));
  const file = join(folder, 'exclusions.csv');
  const { db, crypto } = platform;
  return {
    database,
    platform,
    folder,
    file,
    run: (text) => {
      writeFileSync(file, text);
      const registerBatch = createBatchWriter({
        db,
        crypto,
        accountsOfKeys: async (_tx, keys) =>
          keys.map((key) => key.toString('hex')).filter((hex) => accounts.has(hex)),
      });
      return importFile({ file, crypto, registerBatch });
    },
    rejects: () =>
      parse(readFileSync(`${file}.rejected.csv`, 'utf8'), { relax_column_count: true }) as string[][],
    count: async (table) => {
      const { rows } = await database.pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`);
      return rows[0]!.n;
    },
    [Symbol.asyncDispose]: async () => {
      rmSync(folder, { recursive: true, force: true });
      await platform[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}
