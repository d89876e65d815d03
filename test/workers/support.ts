import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Platform } from '@kinga/server/platform/context.ts';
import { newId } from '@kinga/server/platform/crypto/ids.ts';
import { newSecrets, writeSecrets } from '@kinga/server/platform/crypto/secrets.ts';
import type { Tx } from '@kinga/server/platform/db/tx.ts';
import { AGENDA_CHANNEL } from '@kinga/server/platform/jobs/agenda.ts';
import { JobRuntime, type RuntimeOptions } from '@kinga/workers/runtime.ts';
import { type JobRun, workerJob } from '@kinga/workers/worker-job.ts';
import { z } from 'zod';
import type { TestDatabase } from '../support/database.ts';
import { type SpawnedEntry, spawnEntry } from '../support/spawn-entry.ts';

/** Real worker processes on one database, with one set of secrets; ended with the test. */
export function workerProcesses(database: TestDatabase) {
  const folder = mkdtempSync(join(tmpdir(), 'kinga-test-worker-'));
  const secretsFile = join(folder, 'secrets.json');
  writeSecrets(secretsFile, newSecrets());
  const started: SpawnedEntry[] = [];
  return {
    start(env: Readonly<Record<string, string>> = {}): SpawnedEntry {
      const worker = spawnEntry('workers/src/main.ts', {
        DATABASE_URL: database.url,
        SECRETS_FILE: secretsFile,
        DATA_DIR: folder,
        LOG_LEVEL: 'debug',
        ...env,
      });
      started.push(worker);
      return worker;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(started.map((worker) => worker.kill()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function isWorking(worker: SpawnedEntry): boolean {
  return worker.output.some((line) => line.includes('the worker works'));
}

/** A job of the test's own, done by the given function. */
export function testJob(
  run: (platform: Platform, run: JobRun) => Promise<void>,
  options: { name?: string; concurrency?: number } = {},
) {
  const { name = 'test.do-something', concurrency = 4 } = options;
  return workerJob(
    { name, summary: 'A test', data: z.object({}) },
    {
      concurrency,
      run: (platform, _data, jobRun) => run(platform, jobRun),
    },
  );
}

/**
 * A worker's runtime inside this process, quick enough for a test. Its locks live as long as the product's: a process
 * that pauses for longer than a lock lives runs a job again, or drops it.
 */
export function runtimeOf(platform: Platform, options: Partial<RuntimeOptions>): JobRuntime {
  return new JobRuntime({
    platform: { ...platform, node: randomBytes(3).toString('hex') },
    jobs: [],
    schedule: [],
    pollMs: 100,
    retries: { delayMs: 50, max: 5 },
    ...options,
  });
}

/** As the relay hands jobs to Agenda. */
export async function insertJobs(tx: Tx, name: string, keys: readonly string[]): Promise<void> {
  await tx.query(
    `WITH jobs AS (
       INSERT INTO agenda_jobs (name, next_run_at, data)
       SELECT $1, clock_timestamp(), jsonb_build_object('key', key) FROM unnest($2::text[]) AS key
       RETURNING id, name, next_run_at, priority)
     SELECT pg_notify('${AGENDA_CHANNEL}', json_build_object('jobId', id, 'jobName', name,
       'nextRunAt', next_run_at, 'priority', priority, 'timestamp', clock_timestamp())::text) FROM jobs`,
    [name, keys],
  );
}

export interface RegisteredExclusion {
  readonly id: string;
  readonly reference: string;
  readonly endsAt: Date | null;
}

/** An exclusion as the register's tables hold it, of a person known by these keys. */
export async function insertExclusion(
  tx: Tx,
  exclusion: {
    keys: readonly Buffer[];
    startsAt: Date;
    endsAt: Date | null;
    registeredAt?: Date;
    period?: string;
    source?: string;
    personId?: string;
  },
): Promise<RegisteredExclusion & { personId: string }> {
  const { keys, startsAt, endsAt, registeredAt = startsAt, period = '30d', source = 'person' } = exclusion;
  const id = newId('exc');
  const personId = exclusion.personId ?? newId('per');
  await tx.query('INSERT INTO persons (id, pseudonym) VALUES ($1, $1) ON CONFLICT DO NOTHING', [personId]);
  for (const key of keys) {
    await tx.query(
      `INSERT INTO identifiers (key, key_version, type, person_id, original)
       VALUES ($1, 1, 'phone', $2, '') ON CONFLICT DO NOTHING`,
      [key, personId],
    );
  }
  await tx.query(
    `INSERT INTO exclusions (id, reference, source, period, starts_at, ends_at, in_force_until, needs_review,
                             registered_by, registered_at, seq)
     VALUES ($1, $1, $2, $3, $4, $5, $5, false, 'test', $6, (SELECT count(*) + 1 FROM exclusions))`,
    [id, source, period, startsAt, endsAt, registeredAt],
  );
  await tx.query('INSERT INTO exclusion_persons (person_id, exclusion_id) VALUES ($1, $2)', [personId, id]);
  return { id, reference: id, endsAt, personId };
}

/** What an inbox was told, in order, whether the relay has numbered it or not. */
export async function inboxOf(tx: Tx, accountId: string): Promise<{ type: string; data: unknown }[]> {
  const { rows } = await tx.query<{ type: string; data: unknown }>(
    `SELECT type, data FROM (
       SELECT 0 AS stage, seq AS place, type, data FROM feed_events WHERE topic = $1
       UNION ALL SELECT 1, id, type, data FROM outbox WHERE topic = $1) AS told ORDER BY stage, place`,
    [`inbox/${accountId}`],
  );
  return rows;
}
