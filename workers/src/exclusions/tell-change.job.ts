import { tellChange } from '@kinga/server/domains/exclusions/index.ts';
import { once } from '@kinga/server/platform/jobs/once.ts';
import { exclusionJobs } from '@kinga/shared/exclusions/jobs.ts';
import { workerJob } from '../worker-job.ts';

export const tellChangeJob = workerJob(exclusionJobs.tellChange, {
  concurrency: 8,
  run: async ({ db, crypto }, change, { key }) => {
    await db.transaction((tx) => once(tx, key, () => tellChange(tx, crypto, change)));
  },
});
