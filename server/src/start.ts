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
  process.stdout.write(
    banner({
      url: hub.url,
      demo: hub.demo,
      administrator: config.admin?.email,
      secondNode: config.databaseUrl === undefined ? secondNode(config, hub.port) : undefined,
    }),
  );
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

/** It shares the folder and the secrets, which it finds by itself only where they are by default. */
function secondNode({ dataDir, secretsFile }: Config, port: number): string[] {
  const usual = readConfig({});
  return [
    `DATABASE_URL=$(cat ${shortest(urlPathOf(dataDir))})`,
    ...(dataDir === usual.dataDir ? [] : [`DATA_DIR=${shortest(dataDir)}`]),
    ...(secretsFile === join(dataDir, 'secrets.json') ? [] : [`SECRETS_FILE=${shortest(secretsFile)}`]),
    `PORT=${port + 1}`,
  ];
}

function shortest(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.length < path.length ? fromHere : path;
}
