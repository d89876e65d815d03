import '../platform/lifecycle/require-node.js';
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { type ImportResult, importFile } from '../domains/exclusions/import/importer.ts';
import { createProgress } from '../domains/exclusions/import/progress.ts';
import { createBatchWriter } from '../domains/exclusions/register/batch.ts';
import { accountsOfKeys } from '../domains/identity/index.ts';
import { createCrypto } from '../platform/crypto/crypto.ts';
import { verifySecrets } from '../platform/crypto/secrets.ts';
import { Database } from '../platform/db/database.ts';
import { migrate } from '../platform/db/migrate.ts';
import { runProcess } from '../platform/lifecycle/run-process.ts';
import { createLogger } from '../platform/log/log.ts';
import { joinDatabase } from '../platform/postgres/open-database.ts';

/**
 * `npm run import -- exclusions.csv`: into the database of a running hub, whose nodes see the rows within a
 * second, or into a stopped one's, which is started for as long as the import takes.
 */
await runProcess(async (scope) => {
  const file = fileOf(process.argv.slice(2));
  const config = readConfig();
  const log = createLogger({ level: 'warn', node: 'import', part: 'import' });
  const opened = await joinDatabase(config, log);
  scope.defer('the database', () => opened.stop());
  await migrate(opened.url);
  const db = new Database({ url: opened.url, log, applicationName: 'kinga-import', poolMax: 2 });
  scope.defer('the connections', () => db.close());
  await db.transaction((tx) => verifySecrets(tx, opened.secrets));

  const crypto = createCrypto(opened.secrets);
  const stopping = new AbortController();
  const startedAt = performance.now();
  const progress = createProgress(statSync(file).size, process.stderr);
  const importing = importFile({
    file,
    crypto,
    registerBatch: createBatchWriter({ db, crypto, accountsOfKeys }),
    onHeaders: ({ unknown }) => {
      if (unknown.length > 0) console.log(`Ignored, because unknown: ${unknown.join(', ')}`);
    },
    onProgress: ({ bytesRead, counts }) => progress.update(bytesRead, counts),
    signal: stopping.signal,
  }).finally(() => progress.end());
  // A signal ends it after the batch that runs.
  scope.onDrain('the import', async () => {
    stopping.abort();
    const result = await importing.catch(() => undefined);
    // The signal has settled the exit code already, but 0 is a promise about every row.
    if (!result?.isComplete) process.once('exit', () => (process.exitCode = 1));
  });
  importing.then(
    (result) => {
      report(result, (performance.now() - startedAt) / 1_000);
      scope.end(result.isComplete ? 0 : 1);
    },
    (error: unknown) => {
      console.error(`kinga: ${file}: ${error instanceof Error ? error.message : String(error)}`);
      scope.end(1);
    },
  );
});

function fileOf(args: string[]): string {
  const { positionals } = parseArgs({ args, allowPositionals: true });
  const [given, ...more] = positionals;
  if (given === undefined || more.length > 0) throw new Error('usage: npm run import -- <file.csv>');
  const file = resolve(given);
  if (!existsSync(file)) throw new Error(`${file}: there is no such file`);
  if (!statSync(file).isFile()) throw new Error(`${file}: not a file`);
  return file;
}

function report(result: ImportResult, seconds: number): void {
  const { imported, known, rejected, incomplete, rows } = result;
  console.log(
    `${result.isComplete ? 'Imported' : 'Stopped; imported so far'}: ${imported} new, ${known} known already, ` +
      `${rejected} rejected; ${rows} rows in ${seconds.toFixed(1)} s (${Math.round(rows / seconds)} rows/s)`,
  );
  if (incomplete > 0)
    console.log(`${incomplete} rows are in with an identifier left out that could not be used`);
  if (result.hasUnreadable)
    console.log(
      'Some characters were not UTF-8 and could not be read; better save it as "CSV UTF-8" next time',
    );
  if (result.rejectsFile !== undefined) console.log(`To be looked at: ${result.rejectsFile}`);
  if (!result.isComplete) console.log('Run the same command again: it goes on from there');
}
