import { randomBytes } from 'node:crypto';
import { newSecrets, type Secrets } from '@kinga/server/platform/crypto/secrets.ts';
import { Database } from '@kinga/server/platform/db/database.ts';
import pg from 'pg';
import { pino } from 'pino';
import { inject } from 'vitest';

/** A database of one's own, migrated; cloned in a few milliseconds and dropped at the end of the test. */
export interface TestDatabase extends AsyncDisposable {
  readonly name: string;
  /** As the owner of the tables, as an installation would give it in DATABASE_URL. */
  readonly url: string;
  /** As the hub's role: what the product uses. */
  readonly db: Database;
  /** As the owner: for looking, and for breaking things. */
  readonly pool: pg.Pool;
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await asSuperuser(
    `CREATE DATABASE ${name} TEMPLATE ${inject('templateDatabase')} OWNER kinga STRATEGY FILE_COPY`,
  );
  return open(name, () => asSuperuser(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
}

/** Nothing in it, not even the schema: for what migrates by itself. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await asSuperuser(`CREATE DATABASE ${name} OWNER kinga`);
  return open(name, () => asSuperuser(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
}

/** One statement as the superuser, e.g. to end the connections of a database or to refuse new ones. */
export async function asSuperuser(sql: string, values: readonly unknown[] = []): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: inject('clusterUrl') });
  await client.connect();
  try {
    return await client.query(sql, [...values]);
  } finally {
    await client.end();
  }
}

const secrets = new WeakMap<TestDatabase, Secrets>();

/** The same for everything that opens this database: others would be refused. */
export function secretsOf(database: TestDatabase): Secrets {
  const known = secrets.get(database) ?? newSecrets();
  secrets.set(database, known);
  return known;
}

function open(name: string, drop: () => Promise<unknown>): TestDatabase {
  const target = new URL(inject('ownerUrl'));
  target.pathname = `/${name}`;
  const url = target.href;
  const db = new Database({ url, log: pino({ level: 'silent' }), applicationName: 'test' });
  const pool = new pg.Pool({ connectionString: url, max: 4, application_name: 'test-owner' });
  pool.on('error', () => {});
  return {
    name,
    url,
    db,
    pool,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([db.close(), pool.end()]);
      await drop();
    },
  };
}
