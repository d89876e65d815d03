import { confirmRegistration } from '@kinga/server/domains/exclusions/index.ts';
import { once } from '@kinga/server/platform/jobs/once.ts';
import { exclusionJobs } from '@kinga/shared/exclusions/jobs.ts';
import { workerJob } from '../worker-job.ts';

export const confirmRegistrationJob = workerJob(exclusionJobs.confirmRegistration, {
  concurrency: 8,
  run: async ({ db, crypto }, { exclusionId }, { key }) => {
    await db.transaction((tx) => once(tx, key, () => confirmRegistration(tx, crypto, exclusionId)));
  },
});
