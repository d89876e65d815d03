import { forgetChecks } from '@kinga/server/domains/exclusions/index.ts';
import { createPolicy } from '@kinga/server/domains/policy/index.ts';
import pg from 'pg';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { valuesWith } from '../../policy/support.ts';
import { callBy } from '../../support/call.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { createTestPlatform } from '../../support/platform.ts';
import { probe } from '../../support/probe.ts';
import { account } from '../support.ts';

const log = pino({ level: 'silent' });

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database[Symbol.asyncDispose]());

/** So many checks, one a second, the first of them so long ago. */
async function insertChecks(count: number, ago: string): Promise<void> {
  await database.pool.query(
    `INSERT INTO checks
     SELECT rpad(lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0') || to_hex(n), 32, '0')::uuid, 7,
            gen_random_uuid(), 'b', 'C', 0, at
     FROM generate_series(1, $1) AS n,
          LATERAL (SELECT now() - $2::interval + make_interval(secs => n - 1) AS at) AS t`,
    [count, ago],
  );
}

async function left(): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>('SELECT count(*)::int AS n FROM checks');
  return rows[0]!.n;
}

test('checks older than the policy keeps are gone after a night, and no others; a repetition finds nothing', async () => {
  await insertChecks(1_000, '8 years');
  await insertChecks(500, '7 years 10 seconds');
  await insertChecks(300, '2 years');
  await insertChecks(200, '1 hour');
  expect(await forgetChecks({ db: database.db, log })).toBeGreaterThanOrEqual(1_010);
  // Of those within seconds of seven years some are younger.
  const kept = await left();
  expect(kept).toBeGreaterThan(500 + 450);
  expect(kept).toBeLessThanOrEqual(500 + 490);
  const { rows } = await database.pool.query(
    `SELECT min(at) >= now() - interval '7 years 10 seconds' AS kept FROM checks`,
  );
  expect(rows).toEqual([{ kept: true }]);
  expect(await forgetChecks({ db: database.db, log })).toBeLessThan(60);
});

test('many go in batches, of which each stays done when a run is ended, and two workers delete each check once', async () => {
  await insertChecks(120_000, '8 years');
  let batches = 0;
  const ended = forgetChecks({
    db: database.db,
    log,
    betweenBatches: () => {
      batches++;
      if (batches === 4) throw new Error('the worker is ending');
    },
  });
  await expect(ended).rejects.toThrow('ending');
  const before = await left();
  expect(before).toBeLessThan(120_000);
  expect(before).toBeGreaterThan(0);
  const two = await Promise.all([1, 2].map(() => forgetChecks({ db: database.db, log })));
  expect(two[0]! + two[1]!).toBe(before);
  expect(await left()).toBe(0);
});

test('a policy that keeps them for less time has them deleted sooner, and not before it begins', async () => {
  await insertChecks(100, '3 years');
  await insertChecks(100, '1 hour');
  await using platform = await createTestPlatform(database);
  const { handlers } = createPolicy(platform).domain;
  const values = valuesWith(({ retention }) => {
    retention.checksHashedYears = 2;
  });
  const regulator = callBy(account('regulator'));
  const startsAt = new Date(Date.now() + 3_600_000).toISOString();
  const { version } = await handlers.publish({ values, note: 'Sooner', startsAt }, regulator);
  expect(await forgetChecks({ db: database.db, log })).toBe(0);
  await handlers.withdraw({ version }, regulator);
  await handlers.publish({ values, note: 'Sooner' }, regulator);
  await probe(async () => (await forgetChecks({ db: database.db, log })) === 100);
  expect(await left()).toBe(100);
});

test('the hub’s own role deletes no check that the policy keeps, whatever it asks for', async () => {
  await insertChecks(10, '6 years');
  const deleteAll = `SELECT forget_checks('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff')`;
  await database.db.query(deleteAll);
  expect(await left()).toBe(10);
  await expect(database.db.query('DELETE FROM checks')).rejects.toThrow('permission denied');
});

test('space that is used again is found as quickly as before', async () => {
  await insertChecks(40_000, '8 years');
  const owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  await owner.query(`SELECT brin_summarize_new_values('checks_id')`);
  expect(await forgetChecks({ db: database.db, log })).toBe(40_000);
  await owner.query('VACUUM checks');
  await insertChecks(40_000, '2 years');
  await owner.query('SET enable_seqscan = off');
  /** How many of another time are looked at for those of more than three years ago. */
  const inVain = async () => {
    const { rows } = await owner.query(
      `EXPLAIN (ANALYZE, FORMAT JSON) SELECT count(*) FROM checks
       WHERE id < rpad(lpad(to_hex((extract(epoch FROM now() - interval '3 years') * 1000)::bigint), 12, '0'),
                       32, '0')::uuid`,
    );
    const plan = JSON.stringify(rows[0]);
    expect(plan).toContain('Bitmap Index Scan');
    return Number(/"Rows Removed by Index Recheck":(\d+)/.exec(plan)?.[1] ?? 0);
  };
  expect(await inVain()).toBeGreaterThan(1_000);
  await forgetChecks({ db: database.db, log });
  expect(await inVain()).toBe(0);
  await owner.end();
});
