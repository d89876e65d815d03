import { randomBytes, randomUUID } from 'node:crypto';
import { computeDaily } from '@kinga/server/domains/analytics/index.ts';
import { DateTime } from 'luxon';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { insertExclusion } from '../workers/support.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

async function register(at: string, source: string, period: string): Promise<void> {
  const registeredAt = new Date(at);
  const given = { keys: [randomBytes(16)], startsAt: registeredAt, endsAt: null, source, period };
  await insertExclusion(database.db, given);
}

/** As the recorder writes it: the id begins with the milliseconds. */
async function check(at: string, purpose: string, answer: string): Promise<void> {
  const ms = new Date(at).getTime().toString(16).padStart(12, '0');
  const id = ms + randomUUID().replaceAll('-', '').slice(0, 20);
  await database.db.query(
    `INSERT INTO checks (id, key_no, subject, purpose, answer, seq, at) VALUES ($1, 1, $2, $3, $4, 1, $5)`,
    [id, randomUUID(), purpose, answer, at],
  );
}

async function figures(day: string): Promise<Record<string, string>> {
  const { rows } = await database.db.query<{ name: string; value: string }>(
    `SELECT metric || ' ' || breakdown AS name, value::text FROM daily_statistics WHERE day = $1`,
    [day],
  );
  return Object.fromEntries(rows.map((row) => [row.name.trim(), row.value]));
}

it('counts one Nairobi day, and again without adding', async () => {
  await register('2026-11-18T20:59:59.999Z', 'person', '7d');
  await register('2026-11-18T21:00:00.000Z', 'person', '7d');
  await register('2026-11-19T20:59:59.999Z', 'person', '7d');
  await register('2026-11-19T12:00:00.000Z', 'court', 'permanent');
  await register('2026-11-19T21:00:00.000Z', 'court', 'permanent');
  await check('2026-11-18T20:59:59.999Z', 'b', 'C');
  await check('2026-11-18T21:00:00.000Z', 'b', 'C');
  await check('2026-11-19T09:00:00.000Z', 'b', 'E');
  await check('2026-11-19T20:59:59.999Z', 'l', 'U');
  await check('2026-11-19T21:00:00.000Z', 'l', 'U');
  const expected = {
    'registrations person/7d': '2',
    'registrations court/permanent': '1',
    'checks bet/CLEAR': '1',
    'checks bet/EXCLUDED': '1',
    'checks login/UNKNOWN': '1',
    bets: '0',
    betStakesMinor: '0',
  };
  expect(await computeDaily(database.db, '2026-11-19')).toEqual(['2026-11-19']);
  expect(await figures('2026-11-19')).toEqual(expected);
  await Promise.all([1, 2].map(() => computeDaily(database.db, '2026-11-19')));
  expect(await figures('2026-11-19')).toEqual(expected);
  await check('2026-11-19T10:00:00.000Z', 'b', 'E');
  await computeDaily(database.db, '2026-11-19');
  expect(await figures('2026-11-19')).toEqual({ ...expected, 'checks bet/EXCLUDED': '2' });
});

it('without a day counts yesterday and, for what came late, the day before', async () => {
  const today = DateTime.now().setZone('Africa/Nairobi');
  const before = (days: number) => today.minus({ days }).toISODate() ?? '';
  const days = await computeDaily(database.db);
  expect([
    [before(2), before(1)],
    [before(1), before(0)],
  ]).toContainEqual(days);
  expect(await figures(before(1))).toMatchObject({ bets: '0' });
});
