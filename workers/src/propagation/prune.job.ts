import { pruneDeliveries, pruneReceipts } from '@kinga/server/domains/propagation/index.ts';
import { propagationJobs } from '@kinga/shared/propagation/jobs.ts';
import { workerJob } from '../worker-job.ts';

export const prunePropagationJob = workerJob(propagationJobs.prune, {
  run: async ({ db }, _data, { log, signal }) => {
    log.info({ deliveries: await pruneDeliveries(db) }, 'webhook deliveries pruned');
    log.info({ receipts: await pruneReceipts(db, () => signal.throwIfAborted()) }, 'receipts pruned');
  },
});
