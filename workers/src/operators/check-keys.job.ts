import { checkKeys } from '@kinga/server/domains/operators/index.ts';
import { operatorJobs } from '@kinga/shared/operators/jobs.ts';
import { workerJob } from '../worker-job.ts';

/** Once by its own rows, so a run may end anywhere and the next goes on there. */
export const checkKeysJob = workerJob(operatorJobs.checkKeys, {
  run: async (platform, _data, { signal, log }) => {
    log.info({ told: await checkKeys(platform, () => signal.throwIfAborted()) }, 'keys checked');
  },
});
