import '../platform/lifecycle/require-node.js';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { readConfig } from '../config.ts';
import { verifySecrets } from '../platform/crypto/secrets.ts';
import { txOf } from '../platform/db/database.ts';
import { migrate } from '../platform/db/migrate.ts';
import { runProcess } from '../platform/lifecycle/run-process.ts';
import { createLogger } from '../platform/log/log.ts';
import { recordAudit } from '../platform/outbox/audit.ts';
import { joinDatabase } from '../platform/postgres/open-database.ts';

const APPLICATION = 'kinga-restore';

/**
 * `npm run restore`: after a backup was put back, or a failover lost something. A new epoch makes every node load
 * again and tells every watcher that continuity was lost, instead of numbers that mean something else today.
 */
await runProcess(async (scope) => {
  const { values: options } = parseArgs({ options: { force: { type: 'boolean', default: false } } });
  const config = readConfig();
  const log = createLogger({ level: config.logLevel, node: 'restore', part: 'import' });
  const database = await joinDatabase(config, log);
  scope.defer('the database', () => database.stop());
  const client = new pg.Client({ connectionString: database.url, application_name: APPLICATION });
  await client.connect();
  scope.defer('the connection', () => client.end());

  const connected = await processesOn(client);
  if (connected.length > 0 && !options.force) {
    throw new Error(
      `DATABASE_URL: still in use by ${connected.join(', ')}; stop them first, or add -- --force`,
    );
  }
  // A restored dump may lack the hub's role and its rights, or be of an older version.
  await migrate(database.url);
  await client.query('BEGIN');
  await verifySecrets(txOf(client), database.secrets);
  const { before, after } = await renewEpoch(client);
  await recordAudit(txOf(client), {
    actor: 'system',
    action: 'database.restored',
    subject: after,
    details: { before, forced: connected.length > 0 },
  });
  await client.query('COMMIT');
  console.log(`The secrets belong to this database, and its schema is up to date.
The epoch was ${before} and is ${after} now: every watcher will be told that continuity was lost.
Start the hubs again.`);
  scope.end();
});

/** Hubs, workers and importers: everything of ours that is connected, by name and number. */
async function processesOn(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; connections: number }>(
    `SELECT application_name AS name, count(*)::int AS connections FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()
       AND application_name LIKE 'kinga%' AND application_name <> $1
     GROUP BY application_name ORDER BY application_name`,
    [APPLICATION],
  );
  return rows.map(({ name, connections }) => `${name} (${connections} connections)`);
}

async function renewEpoch(client: pg.Client): Promise<{ before: string; after: string }> {
  const old = await client.query<{ epoch: string }>('SELECT epoch FROM database_epoch FOR UPDATE');
  const renewed = await client.query<{ epoch: string }>(
    'UPDATE database_epoch SET epoch = gen_random_uuid() RETURNING epoch',
  );
  return { before: old.rows[0]?.epoch ?? 'none', after: renewed.rows[0]?.epoch ?? 'none' };
}
