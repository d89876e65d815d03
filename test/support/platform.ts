import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '@kinga/server/config.ts';
import type { Platform } from '@kinga/server/platform/context.ts';
import { createCrypto } from '@kinga/server/platform/crypto/crypto.ts';
import { type Secrets, verifySecrets } from '@kinga/server/platform/crypto/secrets.ts';
import { openOrm } from '@kinga/server/platform/db/orm.ts';
import { createMetrics } from '@kinga/server/platform/metrics/metrics.ts';
import type { EntityName } from '@mikro-orm/postgresql';
import { pino } from 'pino';
import { secretsOf, type TestDatabase } from './database.ts';
import { createLocalBus } from './local-bus.ts';

export interface TestPlatformOptions extends Partial<Platform> {
  /** Environment values beside DATA_DIR and DATABASE_URL, e.g. `{ LIMITS: '{"personPerSecond": 2}' }`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Others than the ones that belong to this database. */
  readonly secrets?: Secrets;
  /** Opens the ORM with these. */
  readonly entities?: readonly EntityName[];
}

export type TestPlatform = Platform & AsyncDisposable;

/** What a domain needs to run by itself, without the hub around it. Dispose it before the database. */
export async function createTestPlatform(
  database: TestDatabase,
  options: TestPlatformOptions = {},
): Promise<TestPlatform> {
  const { env, secrets = secretsOf(database), entities, ...overrides } = options;
  const dataDir = mkdtempSync(join(tmpdir(), 'kinga-test-data-'));
  const node = overrides.node ?? `t${randomBytes(3).toString('hex')}`;
  const db = overrides.db ?? database.db;
  await db.transaction((tx) => verifySecrets(tx, secrets));
  if (entities) await openOrm(db, entities);
  const bus = overrides.bus ?? createLocalBus();
  return {
    node,
    config: readConfig({ DATA_DIR: dataDir, DATABASE_URL: database.url, LOG_LEVEL: 'silent', ...env }),
    log: pino({ level: 'silent' }),
    crypto: createCrypto(secrets),
    metrics: createMetrics(node),
    ...overrides,
    db,
    bus,
    [Symbol.asyncDispose]: async () => {
      await bus.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
