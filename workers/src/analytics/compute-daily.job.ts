import { computeDaily } from '@kinga/server/domains/analytics/index.ts';
import { analyticsJobs } from '@kinga/shared/analytics/jobs.ts';
import { workerJob } from '../worker-job.ts';

/** Counting again puts the same figures in the same place. */
export const computeDailyJob = workerJob(analyticsJobs.computeDaily, {
  runMsMax: 60 * 60_000,
  run: async ({ db }, { day }, { log }) => {
    log.info({ days: await computeDaily(db, day) }, 'daily statistics computed');
  },
});
