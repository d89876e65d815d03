import { scoreCompliance } from '@kinga/server/domains/operators/index.ts';
import { operatorJobs } from '@kinga/shared/operators/jobs.ts';
import { workerJob } from '../worker-job.ts';

/** Each operator once a day by its own row, so a run may end anywhere and the next goes on there. */
export const scoreComplianceJob = workerJob(operatorJobs.scoreCompliance, {
  runMsMax: 60 * 60_000,
  run: async (platform, _data, { signal, log }) => {
    log.info({ scored: await scoreCompliance(platform, () => signal.throwIfAborted()) }, 'compliance scored');
  },
});
