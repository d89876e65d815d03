import { ADVISORY_LOCKS } from '@kinga/server/platform/db/advisory-locks.ts';
import { createMetrics } from '@kinga/server/platform/metrics/metrics.ts';
import { appendEvents, enqueueJob } from '@kinga/server/platform/outbox/outbox.ts';
import { createRelay } from '@kinga/server/platform/outbox/relay.ts';
import { exclusionJobs } from '@kinga/shared/exclusions/jobs.ts';
import pg from 'pg';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { asSuperuser, createTestDatabase, type TestDatabase } from '../support/database.ts';
import { probe } from '../support/probe.ts';

const log = pino({ level: 'silent' });

async function startRelay(database: TestDatabase) {
  const relay = createRelay({ db: database.db, log, metrics: createMetrics('test') });
  await relay.start?.();
  return { [Symbol.asyncDispose]: async () => relay.stop?.() };
}

function append(database: TestDatabase, topic: string, numbers: readonly number[]): Promise<void> {
  return database.db.transaction((tx) =>
    appendEvents(
      tx,
      numbers.map((n) => ({ topic, type: 'sent', data: { n } })),
    ),
  );
}

async function eventsOf(database: TestDatabase, topic: string): Promise<[number, number][]> {
  const { rows } = await database.pool.query<{ seq: string; n: number }>(
    `SELECT seq, (data->>'n')::int AS n FROM feed_events WHERE topic = $1 ORDER BY position`,
    [topic],
  );
  return rows.map((row) => [Number(row.seq), row.n]);
}

const outboxEmpty = async (database: TestDatabase) =>
  (await database.pool.query('SELECT FROM outbox')).rowCount === 0;

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('the relay', () => {
  it('numbers each topic from 1 without a gap, in the order of the outbox, and empties the outbox', async () => {
    await using database = await createTestDatabase();
    await append(database, 'inbox/a', [0, 1]);
    await append(database, 'inbox/b', [0]);
    await append(database, 'inbox/a', [2]);
    await using _relay = await startRelay(database);
    await append(database, 'inbox/b', [1]);
    await probe(() => outboxEmpty(database));
    expect(await eventsOf(database, 'inbox/a')).toEqual([
      [1, 0],
      [2, 1],
      [3, 2],
    ]);
    expect(await eventsOf(database, 'inbox/b')).toEqual([
      [1, 0],
      [2, 1],
    ]);
    const heads = await database.pool.query('SELECT topic, head::int FROM feed_topics ORDER BY topic');
    expect(heads.rows).toEqual([
      { topic: 'inbox/a', head: 3 },
      { topic: 'inbox/b', head: 2 },
    ]);
  });

  it('moves what is rolled back never, and more than one batch at a time', async () => {
    await using database = await createTestDatabase();
    await using _relay = await startRelay(database);
    await database.db
      .transaction(async (tx) => {
        await appendEvents(tx, [{ topic: 'inbox/a', type: 'sent', data: { n: -1 } }]);
        throw new Error('planted');
      })
      .catch(() => {});
    await append(database, 'inbox/a', numbers(1_700));
    await probe(async () => (await eventsOf(database, 'inbox/a')).length === 1_700);
    expect(await eventsOf(database, 'inbox/a')).toEqual(numbers(1_700).map((n) => [n + 1, n]));
  });

  it('hands a job to Agenda with its key and its time, and wakes the workers', async () => {
    await using database = await createTestDatabase();
    await using _relay = await startRelay(database);
    const listener = new pg.Client({ connectionString: database.url });
    await listener.connect();
    const heard: string[] = [];
    listener.on('notification', (message) => heard.push(message.payload ?? ''));
    await listener.query('LISTEN kinga_jobs');
    const runAt = new Date('2030-01-02T03:04:05.678Z');
    await database.db.transaction((tx) =>
      enqueueJob(tx, exclusionJobs.confirmRegistration, { data: { exclusionId: 'x1' }, key: 'k1', runAt }),
    );
    await probe(() => heard.length === 1);
    await listener.end();
    const { rows } = await database.pool.query('SELECT id, name, type, next_run_at, data FROM agenda_jobs');
    expect(rows).toEqual([
      {
        id: expect.any(String),
        name: 'exclusions.confirm-registration',
        type: 'normal',
        next_run_at: runAt,
        data: { exclusionId: 'x1', key: 'k1' },
      },
    ]);
    const told = JSON.parse(heard[0] ?? '');
    expect(told).toMatchObject({
      jobId: rows[0].id,
      jobName: 'exclusions.confirm-registration',
      priority: 0,
    });
    expect(new Date(told.nextRunAt)).toEqual(runAt);
  });

  it('two relays at once while many write: every event once, no gap', async () => {
    await using database = await createTestDatabase();
    await using _one = await startRelay(database);
    await using _two = await startRelay(database);
    const writers = numbers(8).map(async (writer) => {
      for (const n of numbers(40)) await append(database, `inbox/${writer % 3}`, [writer * 1_000 + n]);
    });
    await Promise.all(writers);
    await probe(() => outboxEmpty(database));
    const all = (await Promise.all(['inbox/0', 'inbox/1', 'inbox/2'].map((t) => eventsOf(database, t)))).map(
      (events) => {
        expect(events.map(([seq]) => seq)).toEqual(numbers(events.length).map((n) => n + 1));
        return events.map(([, n]) => n);
      },
    );
    const expected = numbers(8).flatMap((writer) => numbers(40).map((n) => writer * 1_000 + n));
    expect(all.flat().toSorted((a, b) => a - b)).toEqual(expected);
    for (const writer of numbers(8)) {
      const own = all.flat().filter((n) => Math.floor(n / 1_000) === writer);
      expect(own).toEqual(own.toSorted((a, b) => a - b));
    }
  });

  it('killed in the middle of its transaction, nothing has happened, and the other one goes on', async () => {
    await using database = await createTestDatabase();
    // Numbering waits inside the transaction for as long as the test holds lock 42.
    await database.pool.query(`
      CREATE FUNCTION hold_up() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM pg_advisory_xact_lock_shared(42); RETURN NEW; END $$`);
    await database.pool.query(
      'CREATE TRIGGER hold_up BEFORE INSERT ON feed_events FOR EACH ROW EXECUTE FUNCTION hold_up()',
    );
    const brake = await database.pool.connect();
    await brake.query('SELECT pg_advisory_lock(42)');
    await using _one = await startRelay(database);
    await using _two = await startRelay(database);
    await append(database, 'inbox/a', [0, 1, 2]);
    const pid = await probe(async () => {
      const { rows } = await asSuperuser(
        `SELECT pid FROM pg_stat_activity WHERE datname = $1 AND application_name = 'kinga-outbox-relay'
         AND wait_event = 'advisory'`,
        [database.name],
      );
      return rows.length === 1 ? (rows[0].pid as number) : undefined;
    });
    await asSuperuser('SELECT pg_terminate_backend($1)', [pid]);
    await append(database, 'inbox/a', [3]);
    await brake.query('SELECT pg_advisory_unlock(42)');
    brake.release();
    await probe(() => outboxEmpty(database));
    expect(await eventsOf(database, 'inbox/a')).toEqual(numbers(4).map((n) => [n + 1, n]));
  });

  it('frozen while it holds the lock: PostgreSQL ends its transaction, and another goes on', async () => {
    await using database = await createTestDatabase();
    const frozen = new pg.Client(database.db.connection());
    frozen.on('error', () => {});
    await frozen.connect();
    await frozen.query('BEGIN');
    await frozen.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.relay]);
    await using _relay = await startRelay(database);
    await append(database, 'inbox/a', [0]);
    await probe(async () => (await eventsOf(database, 'inbox/a')).length === 1);
  });
});
