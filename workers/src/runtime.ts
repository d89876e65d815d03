import { PostgresBackend } from '@agendajs/postgres-backend';
import type { Platform } from '@kinga/server/platform/context.ts';
import { AGENDA_CHANNEL } from '@kinga/server/platform/jobs/agenda.ts';
import type { Service } from '@kinga/server/platform/lifecycle/service.ts';
import { Agenda, exponential } from 'agenda';
import pg from 'pg';
import { jobProcessor } from './processor.ts';
import type { Scheduled } from './schedule.ts';
import { syncSchedule } from './sync-schedule.ts';
import type { WorkerJob } from './worker-job.ts';

export interface RuntimeOptions {
  readonly platform: Platform;
  readonly jobs: readonly WorkerJob[];
  readonly schedule: readonly Scheduled[];
  /** How long after its last sign of life a worker's job is taken over by another. */
  readonly lockMs?: number;
  /** The poll behind the notifications. */
  readonly pollMs?: number;
  readonly retries?: { readonly delayMs: number; readonly max: number };
}

const LOCK_MS = 10_000;
const POLL_MS = 500;
/** 1 s, 2 s, 4 s ... a quarter of an hour: half a day in all. */
const RETRIES = { delayMs: 1_000, max: 55 };
const RETRY_MS_MAX = 15 * 60_000;
/** Under the 5 s a draining process has. */
const DRAIN_MS_MAX = 3_500;
/** What one poll may take beyond what runs at once: so much waits here no longer than a lock lives. */
const TAKEN_PER_RUNNING = 20;
const CHECK_MS = 10_000;

/** Agenda on its PostgreSQL backend, through restarts of PostgreSQL and of itself. */
export class JobRuntime implements Service {
  readonly name = 'jobs';
  readonly #options: RuntimeOptions;
  readonly #ending = new AbortController();
  #pool: pg.Pool | undefined;
  #agenda: Agenda | undefined;
  #checking: NodeJS.Timeout | undefined;
  #leakedBefore = false;

  constructor(options: RuntimeOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { db, log } = this.#options.platform;
    // Its own pool: jobs that hold all connections of the other must not keep Agenda from renewing their locks.
    this.#pool = new pg.Pool({ ...db.connection(), application_name: 'kinga-jobs', max: 6 });
    this.#pool.on('error', (error) => log.warn({ err: error }, 'idle connection of the jobs lost'));
    await this.#open(this.#pool);
    this.#checking = setInterval(() => void this.#check(), CHECK_MS).unref();
  }

  async drain(): Promise<void> {
    clearInterval(this.#checking);
    this.#ending.abort(new Error('the worker is ending'));
    await this.#close();
  }

  async stop(): Promise<void> {
    await this.drain();
    await this.#pool?.end();
    this.#pool = undefined;
  }

  async #open(pool: pg.Pool): Promise<void> {
    const { platform, jobs, schedule, lockMs = LOCK_MS, pollMs = POLL_MS, retries = RETRIES } = this.#options;
    const backend = new PostgresBackend({ pool, channelName: AGENDA_CHANNEL, ensureSchema: false });
    // Without a listener a restart of PostgreSQL ends the process. It connects again by itself.
    backend.notificationChannel?.on('error', (error: Error) =>
      platform.log.debug({ err: error }, 'the jobs’ notifications are interrupted'),
    );
    const agenda = new Agenda({
      backend,
      name: `worker-${platform.node}`,
      processEvery: pollMs,
      defaultLockLifetime: lockMs,
      maxConcurrency: jobs.reduce((sum, job) => sum + job.concurrency, 0),
      removeOnComplete: true,
    });
    agenda.on('error', (error: Error) => platform.log.debug({ err: error }, 'agenda'));
    for (const job of jobs) {
      agenda.define(job.name, jobProcessor({ platform, job, lockMs, ending: this.#ending.signal }), {
        concurrency: job.concurrency,
        lockLimit: job.concurrency * TAKEN_PER_RUNNING,
        backoff: exponential({ delay: retries.delayMs, maxDelay: RETRY_MS_MAX, maxRetries: retries.max }),
      });
    }
    await agenda.ready;
    await syncSchedule(agenda, pool, schedule);
    await agenda.start();
    this.#agenda = agenda;
  }

  async #close(): Promise<void> {
    const agenda = this.#agenda;
    this.#agenda = undefined;
    if (agenda === undefined) return;
    const drained = await agenda.drain({ timeout: DRAIN_MS_MAX });
    if (drained.running > 0) {
      this.#options.platform.log.warn({ running: drained.running }, 'jobs left to another worker');
    }
  }

  /**
   * A process that was frozen wakes up with jobs it had taken but not begun; Agenda drops them and goes on
   * counting them, until it takes no more of their kind. Beginning anew is the only way to make it forget them.
   */
  async #check(): Promise<void> {
    const agenda = this.#agenda;
    if (agenda === undefined || this.#pool === undefined) return;
    try {
      const { jobStatus = {}, queuedJobs } = await agenda.getRunningStats();
      const states = Object.values(jobStatus);
      const taken = states.reduce((sum, state) => sum + (state?.locked ?? 0) - (state?.running ?? 0), 0);
      const hasLeaked = taken > (typeof queuedJobs === 'number' ? queuedJobs : queuedJobs.length);
      if (hasLeaked && this.#leakedBefore) {
        this.#options.platform.log.warn({ taken }, 'jobs were taken and lost; beginning anew');
        await this.#close();
        if (!this.#ending.signal.aborted) await this.#open(this.#pool);
      }
      this.#leakedBefore = hasLeaked;
    } catch (error) {
      this.#options.platform.log.debug({ err: error }, 'the jobs cannot be checked now');
    }
  }
}
