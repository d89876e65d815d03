import type { Database } from '@kinga/server/platform/db/database.ts';
import type { StateFrame, StateSource } from '@kinga/server/platform/feed/source.ts';
import { appendEvents } from '@kinga/server/platform/outbox/outbox.ts';
import { topic } from '@kinga/shared/contract/topic.ts';
import { z } from 'zod';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

/** Everybody signed in may watch these, so that a test is about the feed and nothing else. */
export const counted = topic({
  pattern: 'counted/<name>',
  kind: 'log',
  summary: 'Numbers',
  access: 'signedIn',
  retentionDays: 7,
  events: { sent: z.object({ n: z.number() }) },
});
export const owned = topic({ ...counted, pattern: 'owned/<accountId>', access: 'owner' });
export const club = topic({ ...counted, pattern: 'club/<audience>', access: 'member' });
export const staff = topic({ ...counted, pattern: 'staff/log', access: { roles: ['admin'] } });
export const board = topic({
  pattern: 'board/<name>',
  kind: 'state',
  summary: 'A replaceable number',
  access: 'signedIn',
  events: { state: z.object({ n: z.number() }) },
});

/** With a table for the states of `board/<name>`. */
export async function createFeedDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  await database.pool.query(
    'CREATE TABLE board (name text PRIMARY KEY, version integer NOT NULL, padding text NOT NULL)',
  );
  await database.pool.query('GRANT SELECT, INSERT, UPDATE ON board TO kinga_hub');
  return database;
}

export function boardSource(db: Database): StateSource {
  const frames = async (where: string, values: unknown[]) => {
    const { rows } = await db.query<{ name: string; version: number; padding: string }>(
      `SELECT b.name, b.version, b.padding FROM board b ${where}`,
      values,
    );
    return new Map(rows.map((row) => [row.name, frameOf(row.version, row.padding)]));
  };
  return {
    topic: board,
    current: async (name) => (await frames('WHERE name = $1', [name])).get(name),
    newer: (known) =>
      frames(
        'JOIN unnest($1::text[], $2::int[]) AS k(name, version) ON k.name = b.name AND b.version > k.version',
        [[...known.keys()], [...known.values()]],
      ),
  };
}

export function frameOf(version: number, padding = ''): StateFrame {
  return { version, at: new Date().toISOString(), state: { n: version, padding } };
}

export async function writeBoard(database: TestDatabase, name: string, version: number, padding = '') {
  await database.pool.query(
    `INSERT INTO board VALUES ($1, $2, $3)
     ON CONFLICT (name) DO UPDATE SET version = excluded.version, padding = excluded.padding`,
    [name, version, padding],
  );
}

/** Numbered events in one transaction, as a domain would write them. */
export function append(database: TestDatabase, name: string, numbers: readonly number[], padding?: string) {
  return database.db.transaction((tx) =>
    appendEvents(
      tx,
      numbers.map((n) => ({ topic: name, type: 'sent', data: { n, ...(padding && { padding }) } })),
    ),
  );
}

export async function headOf(database: TestDatabase, name: string): Promise<{ epoch: string; seq: number }> {
  const { rows } = await database.pool.query(
    `SELECT epoch, coalesce((SELECT head FROM feed_topics WHERE topic = $1), 0)::int AS seq FROM database_epoch`,
    [name],
  );
  return rows[0];
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
