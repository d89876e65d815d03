import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Limits, readConfig } from '@kinga/server/config.ts';
import { type Hub, startHub } from '@kinga/server/hub.ts';
import type { Platform } from '@kinga/server/platform/context.ts';
import type { Secrets } from '@kinga/server/platform/crypto/secrets.ts';
import { type Logger, pino } from 'pino';
import { ADMIN, type Cast, createCast } from './accounts.ts';
import { createWireClient, type WireClient } from './client.ts';
import { createTestDatabase, secretsOf, type TestDatabase } from './database.ts';

export interface TestHubOptions {
  /** Another hub's database makes this a second node; without it a fresh clone, dropped with the hub. */
  readonly database?: TestDatabase;
  readonly redisUrl?: string;
  /** Persons are practically unlimited unless said otherwise. */
  readonly limits?: Partial<Limits>;
  /** Environment values beside these, e.g. `{ DEMO: '1' }` or `{ TRUSTED_PROXIES: '127.0.0.1' }`. */
  readonly env?: Readonly<Record<string, string>>;
  readonly log?: Logger;
}

/** A whole hub in this process, on a free port. */
export interface TestHub extends WireClient, Cast, AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly node: string;
  readonly hub: Hub;
  readonly platform: Platform;
  readonly database: TestDatabase;
  readonly secrets: Secrets;
  /** Before its disposal, e.g. to see what a client makes of it. */
  stop(): Promise<void>;
}

const TEST_LIMITS: Partial<Limits> = { personPerSecond: 100_000, staffPerHour: 10_000_000 };

/** What every test process and test hub reads as its environment. */
export function testEnvironment(
  database: TestDatabase,
  dataDir: string,
  options: TestHubOptions,
): Record<string, string> {
  return {
    PORT: '0',
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    LIMITS: JSON.stringify({ ...TEST_LIMITS, ...options.limits }),
    CANARIES: '0',
    ...(options.redisUrl ? { REDIS_URL: options.redisUrl } : {}),
    ...options.env,
  };
}

export async function startTestHub(options: TestHubOptions = {}): Promise<TestHub> {
  const database = options.database ?? (await createTestDatabase());
  const dataDir = mkdtempSync(join(tmpdir(), 'kinga-test-data-'));
  const node = `t${randomBytes(3).toString('hex')}`;
  const secrets = secretsOf(database);
  const cleanUp = async () => {
    rmSync(dataDir, { recursive: true, force: true });
    if (!options.database) await database[Symbol.asyncDispose]();
  };
  let hub: Hub;
  try {
    hub = await startHub({
      config: readConfig(testEnvironment(database, dataDir, options)),
      databaseUrl: database.url,
      secrets,
      log: options.log ?? pino({ level: 'silent' }),
      node,
    });
  } catch (error) {
    await cleanUp();
    throw error;
  }
  const client = createWireClient(hub.url);
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= hub.drain().then(() => hub.stop());
    return stopping;
  };
  return {
    ...client,
    ...createCast(client),
    url: hub.url,
    port: hub.port,
    node,
    hub,
    platform: hub.platform,
    database,
    secrets,
    stop,
    [Symbol.asyncDispose]: async () => {
      client.closeAll();
      await stop();
      await cleanUp();
    },
  };
}
