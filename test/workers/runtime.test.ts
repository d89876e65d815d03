import { once } from '@kinga/server/platform/jobs/once.ts';
import type { JobRuntime } from '@kinga/workers/runtime.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { asSuperuser, createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestPlatform, type TestPlatform } from '../support/platform.ts';
import { probe } from '../support/probe.ts';
import { insertJobs, runtimeOf, testJob } from './support.ts';

let database: TestDatabase;
let platform: TestPlatform;
const running: JobRuntime[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  platform = await createTestPlatform(database);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((runtime) => runtime.stop()));
  await platform.db.query('DELETE FROM agenda_jobs');
});
afterAll(async () => {
  await platform?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
});

async function start(...runtimes: JobRuntime[]): Promise<void> {
  running.push(...runtimes);
  await Promise.all(runtimes.map((runtime) => runtime.start()));
}

const jobsLeft = async () => (await platform.db.query('SELECT 1 FROM agenda_jobs')).rowCount;
const effects = async (prefix: string) =>
  (await platform.db.query('SELECT 1 FROM job_effects WHERE starts_with(key, $1)', [prefix])).rowCount;

describe('the runtime', () => {
  it('does each job once with two workers, and leaves nothing behind', async () => {
    const runs: string[] = [];
    const job = testJob(async ({ db }, { key }) => {
      await db.transaction(async (tx) => void (await once(tx, key, async () => void runs.push(key))));
    });
    await start(runtimeOf(platform, { jobs: [job] }), runtimeOf(platform, { jobs: [job] }));
    const keys = Array.from({ length: 60 }, (_, i) => `twice-${i}`);
    await insertJobs(platform.db, job.name, keys);
    await probe(async () => (await jobsLeft()) === 0);
    expect(runs.toSorted()).toEqual(keys.toSorted());
  });

  it('hears of a job at once', async () => {
    const job = testJob(async ({ db }, { key }) => {
      await db.transaction(async (tx) => void (await once(tx, key, async () => {})));
    });
    await start(runtimeOf(platform, { jobs: [job], pollMs: 60_000 }));
    await insertJobs(platform.db, job.name, ['soon-1']);
    await probe(async () => (await effects('soon-')) === 1);
  });

  it('tries again with growing pauses, and then gives up with a short reason', async () => {
    const times: number[] = [];
    const job = testJob(async () => {
      times.push(performance.now());
      throw new Error(`${'x'.repeat(20_000)}`);
    });
    await start(runtimeOf(platform, { jobs: [job], retries: { delayMs: 100, max: 3 } }));
    await insertJobs(platform.db, job.name, ['fails-1']);
    const row = await probe(
      async () =>
        (
          await platform.db.query<{ fail_count: number; fail_reason: string }>(
            'SELECT fail_count, fail_reason FROM agenda_jobs WHERE next_run_at IS NULL AND locked_at IS NULL',
          )
        ).rows[0],
    );
    expect(row.fail_count).toBe(4);
    expect(row.fail_reason.length).toBeLessThanOrEqual(500);
    const pauses = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    expect(pauses.length).toBe(3);
    for (const [i, pause] of pauses.entries()) expect(pause).toBeGreaterThanOrEqual(100 * 2 ** i - 20);
  });

  it('keeps the lock of a job that takes longer than a lock lives', async () => {
    let runs = 0;
    const finish = Promise.withResolvers<void>();
    const job = testJob(async () => {
      runs++;
      await finish.promise;
    });
    // Long enough that a busy machine renews it in time.
    const lockMs = 4_000;
    await start(runtimeOf(platform, { jobs: [job], lockMs }), runtimeOf(platform, { jobs: [job], lockMs }));
    await insertJobs(platform.db, job.name, ['long-1']);
    await probe(() => runs === 1);
    const lockedAt = async () =>
      (await platform.db.query<{ locked_at: Date }>('SELECT locked_at FROM agenda_jobs')).rows[0]?.locked_at;
    const first = (await lockedAt())?.getTime() ?? 0;
    await probe(async () => ((await lockedAt())?.getTime() ?? 0) > first + 1.5 * lockMs);
    finish.resolve();
    await probe(async () => (await jobsLeft()) === 0);
    expect(runs).toBe(1);
  });

  it('survives that PostgreSQL goes away and comes back', async () => {
    const job = testJob(async ({ db }, { key }) => {
      await db.transaction(async (tx) => void (await once(tx, key, async () => {})));
    });
    await start(runtimeOf(platform, { jobs: [job] }));
    await insertJobs(platform.db, job.name, ['before-1']);
    await probe(async () => (await effects('before-')) === 1);
    await asSuperuser(`ALTER DATABASE ${database.name} ALLOW_CONNECTIONS false`);
    await asSuperuser('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
      database.name,
    ]);
    // None of the old connections may be left for what is asked after it is back.
    await probe(async () => {
      const left = await asSuperuser('SELECT FROM pg_stat_activity WHERE datname = $1', [database.name]);
      return left.rowCount === 0;
    });
    await expect(platform.db.query('SELECT 1')).rejects.toThrow();
    await asSuperuser(`ALTER DATABASE ${database.name} ALLOW_CONNECTIONS true`);
    await insertJobs(platform.db, job.name, ['after-1']);
    await probe(async () => (await effects('after-')) === 1);
    // The notifications are back as well, not only the poll.
    await probe(async () => {
      const listening = await database.pool.query(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'LISTEN%'`,
      );
      return (listening.rowCount ?? 0) > 0;
    });
  });

  it('takes over the schedule once, and moves no run that is due', async () => {
    const job = testJob(async () => {}, { name: 'test.nightly' });
    const nightly = { job: job.name, cron: '15 0 * * *', timeZone: 'Africa/Nairobi', why: 'a test' };
    const other = { ...nightly, job: 'test.gone' };
    const rows = async () =>
      (
        await platform.db.query<{ name: string; next_run_at: Date }>(
          'SELECT name, next_run_at FROM agenda_jobs ORDER BY name',
        )
      ).rows;
    const first = runtimeOf(platform, { schedule: [nightly, other] });
    await start(first, runtimeOf(platform, { schedule: [nightly, other] }));
    const planned = await rows();
    expect(planned.map((row) => row.name)).toEqual(['test.gone', 'test.nightly']);
    expect(planned[1]?.next_run_at.toISOString()).toMatch(/T21:15:00.000Z$/);
    expect(planned[1]?.next_run_at.getTime()).toBeGreaterThan(Date.now());
    const missed = new Date(Date.now() - 3_600_000);
    await platform.db.query(`UPDATE agenda_jobs SET next_run_at = $1 WHERE name = 'test.nightly'`, [missed]);
    await start(runtimeOf(platform, { schedule: [nightly] }));
    expect(await rows()).toEqual([{ name: 'test.nightly', next_run_at: missed }]);
  });
});
