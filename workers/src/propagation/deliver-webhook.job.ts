import { deliverWebhook } from '@kinga/server/domains/propagation/index.ts';
import { propagationJobs } from '@kinga/shared/propagation/jobs.ts';
import { workerJob } from '../worker-job.ts';

/** One operator's endpoint that hangs holds up nobody else's. */
export const deliverWebhookJob = workerJob(propagationJobs.deliverWebhook, {
  concurrency: 16,
  run: (platform, { operatorId }, { key, signal }) => deliverWebhook(platform, operatorId, { key, signal }),
});
