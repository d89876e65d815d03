import { randomBytes } from 'node:crypto';
import { exclusionJobs } from '@kinga/shared/exclusions/jobs.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { insertAccount } from '../markets/world.ts';
import { asSuperuser, createTestDatabase, type TestDatabase } from '../support/database.ts';
import { probe } from '../support/probe.ts';
import { inboxOf, insertExclusion, isWorking, workerProcesses } from './support.ts';

/** A process begins by compiling itself, which takes its time on a busy machine. */
const START_MS = 60_000;

let database: TestDatabase;
let workers: ReturnType<typeof workerProcesses>;

beforeEach(async () => {
  database = await createTestDatabase();
  workers = workerProcesses(database);
});
afterEach(async () => {
  await workers[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

/** Somebody excluded who has an account, and the job that tells them; not yet asked for. */
async function registered() {
  const key = randomBytes(16);
  const { accountId } = await insertAccount(database.db, { keys: [key] });
  const now = new Date();
  const { id } = await insertExclusion(database.db, { keys: [key], startsAt: now, endsAt: null });
  const effect = `confirm:${id}`;
  return { accountId, id, effect };
}

const confirm = async ({ id, effect }: { id: string; effect: string }) => {
  await database.db.query(
    `INSERT INTO outbox (kind, topic, type, data)
     VALUES ('job', $1, $2, jsonb_build_object('data', jsonb_build_object('exclusionId', $3::text)))`,
    [exclusionJobs.confirmRegistration.name, effect, id],
  );
  await database.db.query(`SELECT pg_notify('kinga_outbox', '')`);
};
const jobRows = async () =>
  (await database.pool.query(`SELECT id, locked_at FROM agenda_jobs WHERE type = 'normal'`)).rows;
const isBlocked = async () =>
  ((
    await database.pool.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    )
  ).rowCount ?? 0) > 0;
const told = (exclusionId: string) => [
  { type: 'exclusionRegistered', data: { exclusionId, reference: exclusionId, endsAt: null } },
];

describe('a worker process', () => {
  it('tells the account of an excluded person, by way of outbox, relay and job', async () => {
    const someone = await registered();
    workers.start();
    await confirm(someone);
    await probe(async () => (await inboxOf(database.db, someone.accountId)).length === 1, {
      timeoutMs: START_MS,
    });
    expect(await inboxOf(database.db, someone.accountId)).toEqual(told(someone.id));
  });

  it('killed before the effect is committed: the job is run again by another, and the effect happens', async () => {
    const someone = await registered();
    const holder = await database.pool.connect();
    await holder.query('BEGIN');
    await holder.query('INSERT INTO job_effects (key) VALUES ($1)', [someone.effect]);
    const worker = workers.start();
    await confirm(someone);
    await probe(isBlocked, { timeoutMs: START_MS, what: 'the job waiting inside its transaction' });
    await worker.kill('SIGKILL');
    await holder.query('ROLLBACK');
    holder.release();
    expect(await inboxOf(database.db, someone.accountId)).toEqual([]);
    expect((await jobRows())[0]?.locked_at).not.toBeNull();
    workers.start();
    await probe(async () => (await jobRows()).length === 0, { timeoutMs: START_MS });
    expect(await inboxOf(database.db, someone.accountId)).toEqual(told(someone.id));
  });

  it('killed after the effect and before the job is done: it is run again, and nothing happens twice', async () => {
    const someone = await registered();
    const [effectHolder, jobHolder] = [await database.pool.connect(), await database.pool.connect()];
    await effectHolder.query('BEGIN');
    await effectHolder.query('INSERT INTO job_effects (key) VALUES ($1)', [someone.effect]);
    const worker = workers.start();
    await confirm(someone);
    await probe(isBlocked, { timeoutMs: START_MS });
    // The effect may go on now, but the job's row cannot be told of it.
    await jobHolder.query('BEGIN');
    await jobHolder.query(`SELECT 1 FROM agenda_jobs WHERE type = 'normal' FOR UPDATE`);
    await effectHolder.query('ROLLBACK');
    effectHolder.release();
    await probe(async () => (await inboxOf(database.db, someone.accountId)).length === 1);
    await worker.kill('SIGKILL');
    // What the dead worker had sent already must not be carried out for it: the row would say that all is done. It
    // may not even wait for the row yet.
    const ofWorker = `FROM pg_stat_activity WHERE datname = $1 AND application_name LIKE 'kinga-%'`;
    await asSuperuser(`SELECT pg_terminate_backend(pid) ${ofWorker}`, [database.name]);
    await probe(async () => (await asSuperuser(`SELECT ${ofWorker}`, [database.name])).rowCount === 0);
    await jobHolder.query('ROLLBACK');
    jobHolder.release();
    expect(await jobRows()).toHaveLength(1);
    const heir = workers.start();
    await probe(async () => (await jobRows()).length === 0, { timeoutMs: START_MS });
    await probe(() => heir.output.some((line) => line.includes('job done')));
    expect(await inboxOf(database.db, someone.accountId)).toEqual(told(someone.id));
  });

  it('ends in order on a signal that comes twice, finishing what it does', async () => {
    const someone = await registered();
    const holder = await database.pool.connect();
    await holder.query('BEGIN');
    await holder.query('INSERT INTO job_effects (key) VALUES ($1)', [someone.effect]);
    const worker = workers.start();
    await confirm(someone);
    await probe(isBlocked, { timeoutMs: START_MS });
    worker.child.kill('SIGTERM');
    worker.child.kill('SIGTERM');
    await holder.query('ROLLBACK');
    holder.release();
    expect(await worker.ended()).toBe(0);
    expect(await jobRows()).toEqual([]);
    expect(await inboxOf(database.db, someone.accountId)).toEqual(told(someone.id));
  });

  it('refuses a database that was made with other secrets, in one line', async () => {
    const [first, other] = [workers.start(), workerProcesses(database)];
    await probe(() => isWorking(first), { timeoutMs: START_MS });
    await using stranger = other;
    const refused = stranger.start();
    expect(await refused.ended()).toBe(1);
    expect(refused.output.join('\n')).toMatch(/SECRETS_FILE: the key "\w+" is not the one/);
  });

  it('without a database says which key is missing', async () => {
    const lost = workers.start({ DATABASE_URL: '' });
    expect(await lost.ended()).toBe(1);
    expect(lost.output.join('\n')).toMatch(/^kinga: DATABASE_URL: not set/m);
  });

  it('keeps two workers from telling anybody twice', async () => {
    const people = [];
    for (let i = 0; i < 20; i++) people.push(await registered());
    const both = [workers.start(), workers.start()];
    await probe(() => both.every(isWorking), { timeoutMs: START_MS, what: 'both workers at work' });
    for (const person of people) await confirm(person);
    for (const { accountId, id } of people) {
      await probe(async () => (await inboxOf(database.db, accountId)).length > 0);
      expect(await inboxOf(database.db, accountId)).toEqual(told(id));
    }
  });
});
