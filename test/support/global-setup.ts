import { randomBytes } from 'node:crypto';
import { migrate } from '@kinga/server/platform/db/migrate.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@kinga/server/platform/postgres/embedded.ts';
import { DISPOSABLE_SETTINGS } from '@kinga/server/platform/postgres/settings.ts';
import pg from 'pg';
import { pino } from 'pino';
import type { TestProject } from 'vitest/node';
import { createDataDir, removeLeftovers } from './data-dir.ts';
import { isRedisInstalled, startRedisServer } from './redis-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Superuser of the test cluster. */
    clusterUrl: string;
    /** Owner of the template and its clones. */
    ownerUrl: string;
    templateDatabase: string;
    /** Null where there is neither REDIS_URL nor a redis-server. */
    redisUrl: string | null;
    /** Is there a redis-server that a test may start for itself? */
    redisInstalled: boolean;
  }
}

/** One cluster for the whole run, one migrated template that every test clones, one Redis. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const undo: (() => Promise<void>)[] = [];
  const teardown = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    await removeLeftovers();
    const dataDir = createDataDir();
    undo.push(async () => dataDir[Symbol.dispose]());
    const cluster = await startEmbeddedPostgres({
      dataDir: dataDir.path,
      log: pino({ level: 'silent' }),
      settings: DISPOSABLE_SETTINGS,
      sync: false,
    });
    undo.push(() => cluster.stop());
    await provideTemplate(project, cluster);
    const redis = await findRedis();
    if (redis) undo.push(redis.stop);
    project.provide('redisUrl', redis?.url ?? null);
    project.provide('redisInstalled', isRedisInstalled());
    return teardown;
  } catch (error) {
    await teardown();
    throw error;
  }
}

async function provideTemplate(project: TestProject, cluster: EmbeddedPostgres): Promise<void> {
  const name = `template_${randomBytes(4).toString('hex')}`;
  const client = new pg.Client({ connectionString: cluster.superuserUrl });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${name} OWNER kinga`);
  } finally {
    await client.end();
  }
  const url = new URL(cluster.url);
  url.pathname = `/${name}`;
  await migrate(url.href);
  project.provide('clusterUrl', cluster.superuserUrl);
  project.provide('ownerUrl', cluster.url);
  project.provide('templateDatabase', name);
}

async function findRedis(): Promise<{ url: string; stop: () => Promise<void> } | undefined> {
  if (process.env.REDIS_URL) return { url: process.env.REDIS_URL, stop: async () => {} };
  if (!isRedisInstalled()) return undefined;
  const server = await startRedisServer();
  return { url: server.url, stop: () => server.stop() };
}
