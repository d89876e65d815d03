import './platform/lifecycle/require-node.js';
import { readConfig } from './config.ts';
import { launchHub } from './launch.ts';
import { runProcess } from './platform/lifecycle/run-process.ts';

/** One hub node, on DATABASE_URL or on the embedded PostgreSQL. */
await runProcess(async (scope) => {
  await launchHub(scope, readConfig());
});
