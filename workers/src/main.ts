import '@kinga/server/platform/lifecycle/require-node.js';
import { randomBytes } from 'node:crypto';
import { type Config, readConfig } from '@kinga/server/config.ts';
import type { Platform } from '@kinga/server/platform/context.ts';
import { createCrypto } from '@kinga/server/platform/crypto/crypto.ts';
import { readSecrets, verifySecrets } from '@kinga/server/platform/crypto/secrets.ts';
import { Database } from '@kinga/server/platform/db/database.ts';
import { migrate } from '@kinga/server/platform/db/migrate.ts';
import { InProcessBus } from '@kinga/server/platform/feed/in-process-bus.ts';
import { isOwnerAlive } from '@kinga/server/platform/lifecycle/lock-file.ts';
import { runProcess } from '@kinga/server/platform/lifecycle/run-process.ts';
import { groupServices } from '@kinga/server/platform/lifecycle/services.ts';
import { createLogger, type Logger } from '@kinga/server/platform/log/log.ts';
import { createMetrics } from '@kinga/server/platform/metrics/metrics.ts';
import { createRelay } from '@kinga/server/platform/outbox/relay.ts';
import { lockPathOf } from '@kinga/server/platform/postgres/embedded.ts';
import { urlOfRunningHub } from '@kinga/server/platform/postgres/open-database.ts';
import { workerJobs } from './jobs.ts';
import { JobRuntime } from './runtime.ts';
import { schedule } from './schedule.ts';

const HUB_CHECK_MS = 2_000;
/** Counting a day may take ten minutes, and nobody waits for a worker. */
const ANSWER_MS_MAX = 11 * 60_000;

/** One worker, on DATABASE_URL or on the database of the hub that runs on DATA_DIR. */
await runProcess(async (scope) => {
  const config = readConfig();
  const node = randomBytes(3).toString('hex');
  const log = createLogger({ level: config.logLevel, node, part: 'worker' });
  const url = await databaseUrl(config);
  scope.checkpoint();
  const platform = await openPlatform({ config, node, log, url });
  scope.defer('the database', () => platform.db.close());
  const services = groupServices(
    [
      createRelay({ db: platform.db, log, metrics: platform.metrics }),
      new JobRuntime({ platform, jobs: workerJobs, schedule }),
    ],
    log,
  );
  scope.defer('the jobs', () => services.stop());
  scope.checkpoint();
  await services.start();
  scope.onDrain('the jobs', () => services.drain());
  if (config.databaseUrl === undefined) endWithHub(config.dataDir, () => scope.end());
  log.info({ jobs: workerJobs.map((job) => job.name) }, 'the worker works');
});

/** Its database goes with it, and the next one has another port. */
function endWithHub(dataDir: string, end: () => void): void {
  setInterval(() => {
    if (!isOwnerAlive(lockPathOf(dataDir))) end();
  }, HUB_CHECK_MS).unref();
}

async function databaseUrl({ databaseUrl, dataDir }: Config): Promise<string> {
  const url = databaseUrl ?? (await urlOfRunningHub(dataDir));
  if (url === undefined) throw new Error(`DATABASE_URL: not set, and no hub runs on DATA_DIR ${dataDir}`);
  return url;
}

async function openPlatform(given: {
  config: Config;
  node: string;
  log: Logger;
  url: string;
}): Promise<Platform> {
  const { config, node, log, url } = given;
  const secrets = readSecrets(config.secretsFile);
  await migrate(url);
  const db = new Database({
    url,
    log,
    applicationName: `kinga-worker-${node}`,
    answerMsMax: ANSWER_MS_MAX,
  });
  try {
    await db.transaction((tx) => verifySecrets(tx, secrets));
  } catch (error) {
    await db.close();
    throw error;
  }
  return {
    node,
    config,
    log,
    db,
    crypto: createCrypto(secrets),
    metrics: createMetrics(node),
    bus: new InProcessBus(log),
  };
}
