import '../platform/lifecycle/require-node.js';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readConfig } from '../config.ts';
import { newSecrets, writeSecrets } from '../platform/crypto/secrets.ts';
import { makeFolder } from '../platform/lifecycle/make-folder.ts';
import { runProcess } from '../platform/lifecycle/run-process.ts';

/** `npm run secrets`: makes the file that a hub on a database of yours asks for. */
await runProcess(async (scope) => {
  const config = readConfig();
  const file = config.secretsFile;
  if (config.databaseUrl === undefined && !existsSync(file) && existsSync(join(config.dataDir, 'postgres'))) {
    throw new Error(
      `SECRETS_FILE: the database in ${config.dataDir} was made with other secrets; put their backup back, or set DATABASE_URL to make some for another database`,
    );
  }
  makeFolder(dirname(file));
  writeSecrets(file, newSecrets());
  console.log(`Wrote ${file} (readable by you only).

Back it up now, apart from the database's backups, e.g. in a password manager or on paper in a safe:
  - whoever has both this file and the database can read the register;
  - without this file nobody can: the register would be lost, however many backups of the database there are.
Give the same file to every hub, worker and importer of this database.`);
  scope.end();
});
