import { failureOf } from '@kinga/server/platform/call/failure.ts';
import { Database } from '@kinga/server/platform/db/database.ts';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { startProxy } from '../feed/support/proxy.ts';
import { createTestDatabase } from '../support/database.ts';
import { probe } from '../support/probe.ts';

const ANSWER_MS_MAX = 400;
const POOL_MAX = 3;

/** A server behind a network that loses everything without a word: no reset, no end of file. */
test('a database that hangs holds no connection of the pool for ever, and is used again when it is back', async () => {
  await using database = await createTestDatabase();
  await using proxy = await startProxy(Number(new URL(database.url).port));
  const url = new URL(database.url);
  url.port = String(proxy.port);
  const db = new Database({
    url: url.href,
    log: pino({ level: 'silent' }),
    applicationName: 'hung',
    poolMax: POOL_MAX,
    answerMsMax: ANSWER_MS_MAX,
  });
  try {
    // A server that is slow for once is taken for one that hangs here as well.
    await probe(async () => {
      await Promise.all(Array.from({ length: POOL_MAX }, () => db.query('SELECT pg_sleep(0.05)')));
      return db.pool.totalCount === POOL_MAX;
    });
    proxy.mode = 'hang';
    const startedMs = performance.now();
    const refused = await Promise.allSettled([
      db.query('SELECT 1'),
      db.transaction((tx) => tx.query('SELECT 1')),
      db.transaction((tx) => tx.query('SELECT 1')),
    ]);
    expect(performance.now() - startedMs).toBeLessThan(ANSWER_MS_MAX * 20);
    for (const outcome of refused) {
      if (outcome.status === 'fulfilled') throw new Error('answered by a server that hangs');
      expect(failureOf(outcome.reason, 'r_1', undefined).body.code).toBe('UNAVAILABLE');
    }
    expect(db.pool.totalCount).toBe(0);
    proxy.mode = 'pass';
    const { rows } = await probe(() => db.transaction((tx) => tx.query<{ one: number }>('SELECT 1 AS one')));
    expect(rows).toEqual([{ one: 1 }]);
  } finally {
    await db.close();
  }
});
