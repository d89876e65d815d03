import { pruneFeed } from '@kinga/server/platform/feed/prune.ts';
import { pruneJobs } from '@kinga/server/platform/jobs/prune.ts';
import { job } from '@kinga/shared/contract/job.ts';
import { z } from 'zod';
import { workerJob } from '../worker-job.ts';

const prune = job({
  name: 'feed.prune',
  summary: 'Deletes events beyond their retention, forgotten idempotency keys, and what old jobs left',
  data: z.object({}),
});

export const pruneJob = workerJob(prune, {
  runMsMax: 60 * 60_000,
  run: async ({ db }, _data, { log }) => {
    log.info({ ...(await pruneFeed(db)), old: await pruneJobs(db) }, 'pruned');
  },
});
