import { pruneRuns } from '@kinga/server/domains/conformance/index.ts';
import { pruneSandbox } from '@kinga/server/domains/sandbox/index.ts';
import { sandboxJobs } from '@kinga/shared/sandbox/jobs.ts';
import { workerJob } from '../worker-job.ts';

export const pruneSandboxJob = workerJob(sandboxJobs.prune, {
  run: async ({ db }, _data, { log }) => {
    log.info({ rows: await pruneSandbox(db), runs: await pruneRuns(db) }, 'sandbox pruned');
  },
});
