import type { Platform } from '@kinga/server/platform/context.ts';
import type { Logger } from '@kinga/server/platform/log/log.ts';
import type { Job } from '@kinga/shared/contract/job.ts';
import type { z } from 'zod';

/** What a worker knows about one run of a job beside its data. */
export interface JobRun {
  /** Names the effect; the same for every run of the job. */
  readonly key: string;
  /** Says that the worker is ending, or that the run takes too long: stop where a later run can go on. */
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** A job and what a worker does about it: thin, it calls a domain's door. */
export interface WorkerJob {
  readonly name: string;
  /** Runs at once in one worker. */
  readonly concurrency: number;
  /** While it runs its lock is renewed, but no longer than this: then it is taken to hang. */
  readonly runMsMax: number;
  run(platform: Platform, data: unknown, run: JobRun): Promise<void>;
}

interface JobWork<TData extends z.ZodType> {
  readonly concurrency?: number;
  readonly runMsMax?: number;
  run(platform: Platform, data: z.output<TData>, run: JobRun): Promise<void>;
}

const RUN_MS_MAX = 10 * 60_000;

/** Joins a declared job with its work; the data is parsed before the work sees it. */
export function workerJob<TData extends z.ZodType>(job: Job<string, TData>, work: JobWork<TData>): WorkerJob {
  const { concurrency = 1, runMsMax = RUN_MS_MAX } = work;
  return {
    name: job.name,
    concurrency,
    runMsMax,
    run: async (platform, data, run) => work.run(platform, job.data.parse(data), run),
  };
}
