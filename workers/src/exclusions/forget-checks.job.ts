import { forgetChecks } from '@kinga/server/domains/exclusions/index.ts';
import { exclusionJobs } from '@kinga/shared/exclusions/jobs.ts';
import { workerJob } from '../worker-job.ts';

/** The oldest first, so a run may end anywhere and the next goes on there. */
export const forgetChecksJob = workerJob(exclusionJobs.forgetChecks, {
  runMsMax: 3 * 3_600_000,
  run: async ({ db }, _data, { signal, log }) => {
    const checks = await forgetChecks({ db, log, betweenBatches: () => signal.throwIfAborted() });
    log.info({ checks }, 'checks forgotten');
  },
});
