import { SLICE_SQL } from '@kinga/server/domains/exclusions/own-checks/search.ts';
import { checkIdAt } from '@kinga/server/domains/exclusions/statistics/days.ts';
import { expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const HOUR_MS = 3_600_000;
const NOW = Date.now();
/** A hub that was asked so often, evenly, through so many hours until now. */
const [HOURS, ROWS] = [100, 1_000_000];
const SLICE_ROWS = 20_000;
const LIMIT = 21;

async function checked(database: TestDatabase, from: number, rows: number): Promise<void> {
  await database.pool.query(
    `INSERT INTO checks (id, key_no, subject, purpose, answer, seq, at)
     SELECT (lpad(to_hex(ms), 12, '0') || lpad(to_hex(n), 20, '0'))::uuid, 1, gen_random_uuid(), 'b', 'C', 0,
            to_timestamp(ms / 1000.0)
       FROM (SELECT n, ($1::float8 + n * ($2::float8 / $3))::bigint AS ms
               FROM generate_series(0, $3::int - 1) AS n) AS times`,
    [from, NOW - from, rows],
  );
}

interface Plan {
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
}

/** How many pages one slice takes that begins so long ago and asks for so much time. */
async function pagesOf(database: TestDatabase, hoursAgo: number, hours: number): Promise<number> {
  const client = await database.pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('SET LOCAL enable_seqscan = off; SET LOCAL max_parallel_workers_per_gather = 0');
    const from = NOW - hoursAgo * HOUR_MS;
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${SLICE_SQL}`,
      [
        ['00000000-0000-0000-0000-000000000001'],
        [new Date(0)],
        checkIdAt(from),
        checkIdAt(from + hours * HOUR_MS),
        SLICE_ROWS + 1,
        LIMIT,
      ],
    );
    await client.query('ROLLBACK');
    const plan = rows[0]!['QUERY PLAN'][0].Plan;
    return plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
  } finally {
    client.release();
  }
}

test('a slice reads no more pages than its rows take, wherever it lies and however many checks there are', async () => {
  await using database = await createTestDatabase();
  await checked(database, NOW - HOURS * HOUR_MS, ROWS);
  await database.db.query('SELECT summarise_checks()');
  await database.pool.query('ANALYZE checks');
  const { rows } = await database.pool.query<{ pages: number; range: number }>(
    `SELECT (SELECT relpages FROM pg_class WHERE relname = 'checks') AS pages,
            (SELECT substring(reloptions::text FROM 'pages_per_range=(\\d+)')::int
               FROM pg_class WHERE relname = 'checks_id') AS range`,
  );
  const { pages, range } = rows[0]!;
  // The rows it looks at, the two ranges of the index at either end, the index itself and what names an operator.
  const most = (SLICE_ROWS * pages) / ROWS + 2 * range + 20;
  expect(most).toBeLessThan(pages / 10);
  const read: number[] = [];
  // The newest and the oldest hour, some seconds of one, and more time than one slice may look through.
  for (const [hoursAgo, hours] of [
    [1, 1],
    [50, 1],
    [100, 1],
    [50, 0.01],
    [100, 50],
    [100, 100],
  ] as const) {
    read.push(await pagesOf(database, hoursAgo, hours));
  }
  for (const count of read) expect(count, String(read)).toBeLessThanOrEqual(most);
});
