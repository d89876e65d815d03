import { sendReports } from '@kinga/server/domains/exclusions/index.ts';
import { exclusionJobs } from '@kinga/shared/exclusions/jobs.ts';
import { workerJob } from '../worker-job.ts';

/** Once by its own rows, so a run may end anywhere and the next goes on there. */
export const sendReportsJob = workerJob(exclusionJobs.sendReports, {
  run: async (platform, _data, { signal, log }) => {
    const reports = await sendReports(platform, { betweenRecipients: () => signal.throwIfAborted() });
    log.info({ reports }, 'compliance reports sent');
  },
});
