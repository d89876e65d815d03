import './platform/lifecycle/require-node.js';
import { join, relative } from 'node:path';
import { type Config, readConfig } from './config.ts';
import { launchHub } from './launch.ts';
import { runProcess } from './platform/lifecycle/run-process.ts';
import { urlPathOf } from './platform/postgres/embedded.ts';
import { banner } from './start/banner.ts';
import { ensureWebPage } from './start/web-page.ts';
import { superviseWorker } from './start/worker-process.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** Everything on one machine: database, hub, worker and page. */
await runProcess(async (scope) => {
  const config = readConfig();
  const { hub, databaseUrl } = await launchHub(scope, config, () =>
    ensureWebPage(ROOT, (line) => process.stdout.write(`${line}\n`)),
  );
  scope.checkpoint();
  const worker = superviseWorker({
    entry: join(ROOT, 'workers', 'src', 'main.ts'),
    env: workerEnvironment(config, databaseUrl),
    say: (line) => process.stderr.write(`${line}\n`),
  });
  scope.onDrain('the worker', () => worker.stop());
  const urlFile = config.databaseUrl === undefined ? shortest(urlPathOf(config.dataDir)) : undefined;
  process.stdout.write(banner({ url: hub.url, demo: hub.demo, urlFile }));
});

/** The same environment, but on the database that was just started, and with nothing that depends on its absence. */
function workerEnvironment(config: Config, databaseUrl: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    DATABASE_URL: databaseUrl,
    DATA_DIR: config.dataDir,
    SECRETS_FILE: config.secretsFile,
    DEMO: config.demo ? '1' : '0',
  };
}

function shortest(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.length < path.length ? fromHere : path;
}
