import { checkWindows } from '@kinga/server/domains/petitions/index.ts';
import { petitionJobs } from '@kinga/shared/petitions/jobs.ts';
import { workerJob } from '../worker-job.ts';

/** One petition a transaction, and an open alert is raised once: a run may end anywhere and the next begins anew. */
export const checkWindowsJob = workerJob(petitionJobs.checkWindows, {
  run: async (platform, _data, { signal, log }) => {
    log.info({ overdue: await checkWindows(platform, () => signal.throwIfAborted()) }, 'petitions checked');
  },
});
