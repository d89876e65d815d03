import { countChecks, watchSilence } from '@kinga/server/domains/operators/index.ts';
import { operatorJobs } from '@kinga/shared/operators/jobs.ts';
import { workerJob } from '../worker-job.ts';

/** Counting again puts the same figures in the same place. */
export const countChecksJob = workerJob(operatorJobs.countChecks, {
  runMsMax: 60 * 60_000,
  run: async ({ db }, { day }, { signal, log }) => {
    log.info({ days: await countChecks(db, day) }, 'checks of operators counted');
    const silent = await watchSilence(db, () => signal.throwIfAborted());
    if (silent.length > 0) log.warn({ silent: silent.length }, 'operators have stopped asking');
  },
});
