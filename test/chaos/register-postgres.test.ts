import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '@kinga/server/platform/db/database.ts';
import { migrate } from '@kinga/server/platform/db/migrate.ts';
import { startEmbeddedPostgres } from '@kinga/server/platform/postgres/embedded.ts';
import { runningPostmaster } from '@kinga/server/platform/postgres/postmaster.ts';
import { DISPOSABLE_SETTINGS } from '@kinga/server/platform/postgres/settings.ts';
import pg from 'pg';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { deafBus, startNode } from '../exclusions/nodes.ts';
import type { TestDatabase } from '../support/database.ts';
import { newPeople, newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';

const log = pino({ level: 'silent' });

describe('PostgreSQL killed and restarted', () => {
  it('never makes an excluded person CLEAR; entries go on once and in order; no check is lost', async () => {
    await using cluster = await ownCluster();
    const { database } = cluster;
    await using writer = await startNode(database);
    await using reader = await startNode(database, { bus: deafBus() });
    const people = newPeople(12);
    const asked: string[] = [];
    for (const [index, person] of people.entries()) {
      if (index % 4 === 3) await cluster.kill();
      await probe(() => writer.register(person.identifiers));
      await probe(async () => {
        const { status, checkId } = await reader.lookup([person.byPhone]);
        asked.push(checkId);
        return status === 'EXCLUDED';
      });
      for (const known of people.slice(0, index)) {
        const { status, checkId } = await reader.lookup([known.byNationalId]);
        asked.push(checkId);
        expect(status).toBe('EXCLUDED');
      }
      const { status, checkId } = await reader.lookup([newPerson().byPhone]);
      asked.push(checkId);
      expect(['CLEAR', 'UNKNOWN']).toContain(status);
    }
    await probe(() => writer.exclusions.ready() && reader.exclusions.ready());
    // A server that was killed may have answered to its end, and the next one not listen yet.
    // A registration whose commit met the kill was made again: whatever the log holds, both nodes told all of it.
    const { rows } = await probe(() =>
      database.pool.query<{ seq: number }>('SELECT seq::int FROM register_log ORDER BY seq'),
    );
    for (const node of [writer, reader]) {
      await probe(() => node.events.length === rows.length);
      expect(node.events.map(({ seq }) => seq)).toEqual(rows.map(({ seq }) => seq));
      expect(node.resets).toEqual([]);
    }
    await probe(async () => {
      const checks = await database.pool.query<{ id: string }>('SELECT id FROM checks');
      const known = checks.rows.map(({ id }) => `c_${id.replaceAll('-', '')}`);
      expect(new Set(known).size).toBe(known.length);
      return asked.every((id) => known.includes(id));
    });
  });
});

interface OwnCluster extends AsyncDisposable {
  readonly database: TestDatabase;
  /** The supervisor starts it again by itself. */
  kill(): Promise<void>;
}

/** Durable, because it is going to be killed. */
async function ownCluster(): Promise<OwnCluster> {
  const dataDir = mkdtempSync(join(tmpdir(), 'kinga-test-cluster-'));
  const settings = { ...DISPOSABLE_SETTINGS, synchronous_commit: 'on' };
  const cluster = await startEmbeddedPostgres({ dataDir, log, settings, sync: false });
  await migrate(cluster.url);
  const db = new Database({ url: cluster.url, log, applicationName: 'kinga-test' });
  const pool = new pg.Pool({ connectionString: cluster.url, max: 2 });
  pool.on('error', () => {});
  const postmaster = () => runningPostmaster(join(dataDir, 'postgres'));
  const database: TestDatabase = {
    name: 'kinga',
    url: cluster.url,
    db,
    pool,
    [Symbol.asyncDispose]: async () => {},
  };
  return {
    database,
    kill: async () => {
      const pid = postmaster();
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([db.close(), pool.end()]);
      await cluster.stop();
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}
