import { syncTokens } from '@kinga/server/domains/tokens/index.ts';
import { tokenJobs } from '@kinga/shared/tokens/jobs.ts';
import { workerJob } from '../worker-job.ts';

/** Goes on where the last run stopped. */
export const syncTokensJob = workerJob(tokenJobs.sync, {
  run: async ({ db }, _data, { log, signal }) => {
    const gained = await syncTokens(db, signal);
    if (gained > 0) log.info({ gained }, 'tokens follow what people gained in the register');
  },
});
