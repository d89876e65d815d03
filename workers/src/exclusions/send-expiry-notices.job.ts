import { sendExpiryNotices } from '@kinga/server/domains/exclusions/index.ts';
import { exclusionJobs } from '@kinga/shared/exclusions/jobs.ts';
import { workerJob } from '../worker-job.ts';

/** Once by its own rows, so a run may end anywhere and the next goes on there. */
export const sendExpiryNoticesJob = workerJob(exclusionJobs.sendExpiryNotices, {
  run: async (platform, _data, { signal, log }) => {
    const notices = await sendExpiryNotices(platform, { betweenBatches: () => signal.throwIfAborted() });
    log.info({ notices }, 'expiry notices sent');
  },
});
