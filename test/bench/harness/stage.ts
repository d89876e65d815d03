import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createCrypto } from '@kinga/server/platform/crypto/crypto.ts';
import {
  newSecrets,
  readSecrets,
  verifySecrets,
  writeSecrets,
} from '@kinga/server/platform/crypto/secrets.ts';
import { Database } from '@kinga/server/platform/db/database.ts';
import { migrate } from '@kinga/server/platform/db/migrate.ts';
import { startEmbeddedPostgres } from '@kinga/server/platform/postgres/embedded.ts';
import pg from 'pg';
import { pino } from 'pino';
import { createWireClient, ok, type WireClient } from '../../support/client.ts';
import type { BenchOptions } from './options.ts';
import { seedRegister } from './seed.ts';
import { type SeededTokens, seedTokens } from './seed-tokens.ts';
import { type Server, startServer } from './server.ts';

const FOLDER = join(import.meta.dirname, '..', '..', '..', '.bench');
const ADMIN = { email: 'admin@bench.test', password: 'a password for benchmarks' };
const PASSWORD = 'another password for benchmarks';
const UNLIMITED = 1_000_000_000;

/** A hub of the product in a process of its own, and how to talk to it. */
export interface HubServer extends Server {
  readonly client: WireClient;
}

/** What the benches run on: a durable PostgreSQL with a full register, hubs and accounts. */
export interface Stage extends AsyncDisposable {
  readonly databaseUrl: string;
  readonly secretsFile: string;
  startHub(options?: { readonly redisUrl?: string }): Promise<HubServer>;
  adminToken(hub: HubServer): Promise<string>;
  apiKey(hub: HubServer): Promise<string>;
  /** So many screening tokens, issued by the first who asks. */
  tokens(hub: HubServer, count: number): Promise<SeededTokens>;
  bettorToken(hub: HubServer): Promise<{ readonly accountId: string; readonly token: string }>;
}

/** The cluster is kept between runs, with fsync and full-page writes as PostgreSQL ships. */
export async function openStage(options: BenchOptions): Promise<Stage> {
  const dataDir = join(FOLDER, `people-${options.people}`);
  mkdirSync(dataDir, { recursive: true });
  const log = pino({ level: 'silent' });
  const secretsFile = join(dataDir, 'secrets.json');
  const postgres = await startEmbeddedPostgres({
    dataDir,
    log,
    prepare: () => {
      if (!existsSync(secretsFile)) writeSecrets(secretsFile, newSecrets());
    },
  });
  try {
    await seed(postgres.url, secretsFile, options.people);
  } catch (error) {
    await postgres.stop();
    throw error;
  }
  const hubs: HubServer[] = [];
  const adminToken = (hub: HubServer) => login(hub, ADMIN);
  return {
    databaseUrl: postgres.url,
    secretsFile,
    startHub: async ({ redisUrl } = {}) => {
      const server = await startServer('server/src/main.ts', {
        PORT: '0',
        DATABASE_URL: postgres.url,
        SECRETS_FILE: secretsFile,
        DATA_DIR: join(dataDir, `node-${hubs.length}`),
        ADMIN_EMAIL: ADMIN.email,
        ADMIN_PASSWORD: ADMIN.password,
        LOG_LEVEL: 'info',
        LIMITS: JSON.stringify({
          personPerSecond: UNLIMITED,
          staffPerHour: UNLIMITED,
          lookupsPerSecond: UNLIMITED,
        }),
        ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
      });
      const hub = { ...server, client: createWireClient(server.url) };
      hubs.push(hub);
      return hub;
    },
    adminToken,
    apiKey: async (hub) => {
      const token = await adminToken(hub);
      const unique = process.hrtime.bigint().toString();
      const operator = { name: `Bench ${unique}`, licenceNo: unique, contactEmail: 'bench@operator.test' };
      const { id } = ok((await hub.client.http('operators.create', operator, { token })).body);
      const scopes = ['exclusions:lookup', 'exclusions:watch'];
      const request = { operatorId: id, label: 'bench', scopes };
      return ok((await hub.client.http('operators.issueKey', request, { token })).body).apiKey;
    },
    tokens: async (hub, count) => {
      const db = new Database({ url: postgres.url, log, applicationName: 'kinga-bench' });
      try {
        const platform = { db, crypto: createCrypto(readSecrets(secretsFile)) };
        const { people } = options;
        return await seedTokens({
          platform,
          hub,
          adminToken: await adminToken(hub),
          folder: dataDir,
          people,
          count,
        });
      } finally {
        await db.close();
      }
    },
    bettorToken: async (hub) => {
      const email = `bettor.${process.hrtime.bigint()}@bench.test`;
      const account = { email, password: PASSWORD, role: 'bettor' };
      const token = await adminToken(hub);
      const { id } = ok((await hub.client.http('identity.createAccount', account, { token })).body);
      return { accountId: id, token: await login(hub, account) };
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(hubs.map((hub) => hub[Symbol.asyncDispose]()));
      await postgres.stop();
    },
  };
}

async function seed(url: string, secretsFile: string, people: number): Promise<void> {
  await migrate(url);
  await forgetEarlierRuns(url);
  const secrets = readSecrets(secretsFile);
  const db = new Database({ url, log: pino({ level: 'silent' }), applicationName: 'kinga-bench' });
  try {
    await db.transaction((tx) => verifySecrets(tx, secrets));
    const startedAt = performance.now();
    let told = startedAt;
    const seeded = await seedRegister(db, createCrypto(secrets), people, (done) => {
      if (performance.now() - told < 5_000) return;
      told = performance.now();
      console.error(`seeding: ${done} of ${people} people after ${Math.round((told - startedAt) / 1000)} s`);
    });
    // As the owner, and before anything is measured: not while.
    if (seeded) await asOwner(url, 'VACUUM ANALYZE');
  } finally {
    await db.close();
  }
}

/** Or the checks that a batch bench recorded are vacuumed while the next run measures latencies. */
async function forgetEarlierRuns(url: string): Promise<void> {
  await asOwner(url, 'TRUNCATE checks');
}

async function asOwner(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

const tokens = new Map<string, string>();

async function login(hub: HubServer, account: { email: string; password: string }): Promise<string> {
  const known = tokens.get(`${hub.url} ${account.email}`);
  if (known !== undefined) return known;
  const { email, password } = account;
  const token = ok((await hub.client.http('identity.login', { email, password })).body).accessToken;
  tokens.set(`${hub.url} ${email}`, token);
  return token;
}
