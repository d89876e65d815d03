import { Tail } from '@kinga/server/platform/db/tail.ts';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asSuperuser, createTestDatabase, type TestDatabase } from '../support/database.ts';
import { probe } from '../support/probe.ts';

let database: TestDatabase;
let tails: Tail[];

beforeEach(async () => {
  database = await createTestDatabase();
  await database.pool.query('CREATE TABLE things (seq int)');
  await database.pool.query('GRANT SELECT ON things TO kinga_hub');
  tails = [];
});

afterEach(async () => {
  await Promise.all(tails.map((tail) => tail.stop()));
  await database[Symbol.asyncDispose]();
});

/** So often a tail reads without news as well. */
const REREAD_MS = 5_000;

const NEWEST = 'SELECT max(seq) FROM things';

/** Follows the table, and notes what it read each time. */
async function follow(head = NEWEST) {
  const reads: number[] = [];
  const tail = new Tail({
    db: database.db,
    log: pino({ level: 'silent' }),
    name: `tail-${tails.length}`,
    channel: `never_${tails.length}`,
    head,
    read: async (tx) => {
      const { rows } = await tx.query<{ count: number }>('SELECT count(*)::int AS count FROM things');
      reads.push(rows[0]?.count ?? -1);
    },
  });
  tails.push(tail);
  await tail.start();
  return { tail, reads };
}

const insert = () => database.pool.query('INSERT INTO things VALUES ((SELECT count(*) FROM things))');

async function connectionsOf(applicationName: string): Promise<number> {
  const { rows } = await asSuperuser(
    'SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = $1 AND application_name = $2',
    [database.name, applicationName],
  );
  return rows[0].count;
}

const endConnectionsOf = (applicationName: string) =>
  asSuperuser(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name = $2',
    [database.name, applicationName],
  );

describe('a tail with a head', () => {
  it('reads what nobody notified it of', async () => {
    const { reads } = await follow();
    await insert();
    await probe(() => reads.at(-1) === 1);
  });

  it('is confirmed without reading as long as nothing moves, by one question for all tails', async () => {
    const startedAt = performance.now();
    const followed = await Promise.all([follow(), follow(), follow()]);
    const confirmed = () => followed.every(({ tail }) => tail.ageMs() < 1_000);
    await probe(() => followed.every(({ reads }) => reads.length > 1));
    const before = followed.map(({ reads }) => reads.length);
    const until = performance.now() + 2_000;
    await probe(() => confirmed() && performance.now() > until);
    const rereadsMax = Math.floor((performance.now() - startedAt) / REREAD_MS);
    for (const [index, { reads }] of followed.entries()) {
      expect(reads.length - (before[index] ?? 0)).toBeLessThanOrEqual(rereadsMax);
    }
    await probe(async () => (await connectionsOf('kinga-heads')) === 1);
  });

  it('is not confirmed by a head it has not read up to', async () => {
    let fails = false;
    const tail = new Tail({
      db: database.db,
      log: pino({ level: 'silent' }),
      name: 'failing',
      channel: 'never',
      head: NEWEST,
      read: async () => {
        if (fails) throw new Error('cannot be read now');
      },
    });
    tails.push(tail);
    await tail.start();
    await probe(() => tail.ageMs() < 500);
    fails = true;
    await insert();
    await probe(() => tail.ageMs() > 2_000);
    fails = false;
    await probe(() => tail.ageMs() < 1_000);
  });

  it('is woken at each look while its head says that something is left to do', async () => {
    const { reads } = await follow(
      'SELECT CASE WHEN EXISTS (SELECT FROM things) THEN statement_timestamp() END',
    );
    await insert();
    const from = reads.length;
    await probe(() => reads.length >= from + 3);
  });

  it('goes on when the connection that asks is lost, and when its own is', async () => {
    const { tail, reads } = await follow();
    await probe(() => connectionsOf('kinga-heads').then((count) => count === 1));
    await endConnectionsOf('kinga-heads');
    await insert();
    await probe(() => reads.at(-1) === 1);
    await endConnectionsOf('kinga-tail-0');
    await insert();
    await probe(() => reads.at(-1) === 2);
    await probe(() => tail.ageMs() < 1_000);
  });

  it('leaves no connection behind', async () => {
    await follow();
    await probe(() => connectionsOf('kinga-heads').then((count) => count === 1));
    await Promise.all(tails.map((tail) => tail.stop()));
    await probe(
      async () => (await connectionsOf('kinga-heads')) + (await connectionsOf('kinga-tail-0')) === 0,
    );
  });
});
