import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import pg from 'pg';
import { migrations } from '../../migrations/index.ts';
import { ADVISORY_LOCKS } from './advisory-locks.ts';
import { HUB_ROLE } from './database.ts';

/** Any two processes that migrate at once: the second waits, then finds nothing to do. */
const MIGRATION_LOCK = ADVISORY_LOCKS.migration;

/** What has happened, and what may never be said otherwise: the hub's role adds to these and changes nothing. */
const APPEND_ONLY = [
  'audit_log',
  'register_log',
  'exclusion_terms',
  'checks',
  'ledger_entries',
  'ledger_lines',
  'bets',
  'secret_checks',
  'person_changes',
  'petition_steps',
  'policy_versions',
  'policy_withdrawals',
  'operator_reviews',
  'conformance_certificates',
];

/**
 * Brings the schema up to date as the role of the URL, which owns the tables, and gives the hub's role what it
 * needs: reading and writing rows, never the tables themselves.
 */
export async function migrate(url: string): Promise<void> {
  const lock = new pg.Client({ connectionString: url, application_name: 'kinga-migrate' });
  await lock.connect();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const orm = await MikroORM.init({
      clientUrl: url,
      entities: [],
      discovery: { warnWhenNoEntities: false },
      extensions: [Migrator],
      migrations: { migrationsList: [...migrations], snapshot: false, tableName: 'schema_migrations' },
      logger: () => {},
    });
    try {
      await refuseNewerSchema(lock);
      await orm.migrator.up();
    } finally {
      await orm.close(true);
    }
    await grantToHub(lock);
  } finally {
    await lock.end();
  }
}

/** Old code on a newer schema would write rows the newer code does not expect. */
async function refuseNewerSchema(client: pg.Client): Promise<void> {
  const known = new Set(migrations.map((migration) => migration.name));
  const table = await client.query(`SELECT to_regclass('schema_migrations') AS name`);
  if (table.rows[0].name === null) return;
  const { rows } = await client.query<{ name: string }>('SELECT name FROM schema_migrations');
  const unknown = rows.find((row) => !known.has(row.name));
  if (unknown)
    throw new Error(
      `DATABASE_URL: the database has migration ${unknown.name}, which this version does not know`,
    );
}

async function grantToHub(client: pg.Client): Promise<void> {
  const { rows } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [HUB_ROLE]);
  if (rows.length === 0) {
    await client.query(`CREATE ROLE ${HUB_ROLE} NOLOGIN`).catch((error: Error) => {
      if (!/already exists/.test(error.message)) {
        throw new Error(
          `DATABASE_URL: cannot create the role ${HUB_ROLE} (${error.message}); create it and grant it to this user`,
        );
      }
    });
  }
  // One transaction: beside a hub that runs already, nothing is writable for a moment that should not be.
  await client.query(`
    BEGIN;
    GRANT ${HUB_ROLE} TO CURRENT_USER;
    GRANT USAGE ON SCHEMA public TO ${HUB_ROLE};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${HUB_ROLE};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${HUB_ROLE};
    REVOKE UPDATE, DELETE, TRUNCATE ON ${APPEND_ONLY.join(', ')} FROM ${HUB_ROLE};
    REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON schema_migrations FROM ${HUB_ROLE};
    COMMIT`);
}
