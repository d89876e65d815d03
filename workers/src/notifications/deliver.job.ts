import { deliverMessage } from '@kinga/server/domains/notifications/index.ts';
import { notificationJobs } from '@kinga/shared/notifications/jobs.ts';
import { workerJob } from '../worker-job.ts';

export const deliverJob = workerJob(notificationJobs.deliver, {
  concurrency: 8,
  run: (platform, { messageId }) => deliverMessage(platform, messageId),
});
