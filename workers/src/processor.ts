import type { Platform } from '@kinga/server/platform/context.ts';
import type { Job } from 'agenda';
import type { WorkerJob } from './worker-job.ts';

export interface ProcessorOptions {
  readonly platform: Platform;
  readonly job: WorkerJob;
  readonly lockMs: number;
  readonly ending: AbortSignal;
}

/** A message goes into a NOTIFY of at most 8,000 bytes and into a column people read. */
const MESSAGE_CHARACTERS_MAX = 500;

/** What Agenda calls for one job: renews its lock while it runs, and keeps errors short. */
export function jobProcessor({ platform, job, lockMs, ending }: ProcessorOptions) {
  return async (attempt: Job): Promise<void> => {
    const id = attempt.attrs._id?.toString() ?? '';
    const log = platform.log.child({ job: job.name, jobId: id });
    const signal = AbortSignal.any([ending, AbortSignal.timeout(job.runMsMax)]);
    const lock = renewLock(attempt, lockMs, signal);
    const startedAt = performance.now();
    try {
      await job.run(platform, attempt.attrs.data ?? {}, { key: keyOf(attempt, id), signal, log });
      log.debug({ ms: Math.round(performance.now() - startedAt) }, 'job done');
    } catch (error) {
      const message = (error instanceof Error ? error.message : String(error)).slice(
        0,
        MESSAGE_CHARACTERS_MAX,
      );
      log.warn({ reason: message, failures: (attempt.attrs.failCount ?? 0) + 1 }, 'job failed');
      throw new Error(message);
    } finally {
      await lock.release();
    }
  };
}

/** The key that was given with the job, else the job's own id: then it still happens once per job. */
function keyOf(attempt: Job, id: string): string {
  const data: unknown = attempt.attrs.data;
  if (typeof data === 'object' && data !== null && 'key' in data && typeof data.key === 'string')
    return data.key;
  return `job:${id}`;
}

/**
 * Longer than its lock lives, a job would be begun by a second worker beside the first. Releasing waits for a
 * renewal on its way: one that came after the end would lock a finished job.
 */
function renewLock(attempt: Job, lockMs: number, signal: AbortSignal): { release(): Promise<void> } {
  let renewing: Promise<void> | undefined;
  const timer = setInterval(() => {
    if (signal.aborted) return;
    renewing ??= attempt
      .touch()
      .catch(() => {
        // The database is away: another worker may take the job over, and its effect still happens once.
      })
      .finally(() => {
        renewing = undefined;
      });
  }, lockMs / 4);
  return {
    release: async () => {
      clearInterval(timer);
      await renewing;
    },
  };
}
