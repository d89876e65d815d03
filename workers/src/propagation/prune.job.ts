import { pruneDeliveries } from '@kinga/server/domains/propagation/index.ts';
import { propagationJobs } from '@kinga/shared/propagation/jobs.ts';
import { workerJob } from '../worker-job.ts';

export const prunePropagationJob = workerJob(propagationJobs.prune, {
  run: async ({ db }, _data, { log }) => {
    log.info({ deliveries: await pruneDeliveries(db) }, 'webhook deliveries pruned');
  },
});
