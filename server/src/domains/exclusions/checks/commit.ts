import { finished } from 'node:stream/promises';
import pg from 'pg';
import copyStreams from 'pg-copy-streams';
import type { Database } from '../../../platform/db/database.ts';
import { OwnConnection } from '../replica/own-connection.ts';
import { COPY_CHECKS_SQL, COPY_HEADER, COPY_TRAILER } from './row.ts';
import type { Batch } from './segment.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const COMMIT_MS_MAX = 5_000;

/**
 * Raises the number of the process's last committed batch, or finds that this one is in the table already. The
 * row's lock makes a batch that its dying process is just committing be waited for. With BEGIN in one message:
 * this happens ten times a second, and each round trip takes the processor from a lookup.
 */
function claimSql({ writer, node, batch }: Batch): string {
  return `
    BEGIN;
    INSERT INTO check_writers AS w (id, node, committed_batch)
    VALUES (${pg.escapeLiteral(writer)}, ${pg.escapeLiteral(node)}, ${Math.trunc(batch)})
    ON CONFLICT (id) DO UPDATE SET committed_batch = excluded.committed_batch, updated_at = clock_timestamp()
    WHERE w.committed_batch < excluded.committed_batch
    RETURNING committed_batch`;
}

/** Puts batches into PostgreSQL, each once whoever finds it again; those of one process in their order. */
export class BatchCommitter {
  readonly #connection: OwnConnection;

  constructor(db: Database) {
    this.#connection = new OwnConnection({
      db,
      name: 'checks',
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      queryTimeoutMs: 0,
    });
  }

  /** After an error nobody knows whether it is committed; doing it again is harmless. */
  async commit(batch: Batch): Promise<void> {
    await this.#connection.use((client) => inTime(commitOn(client, batch)));
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}

async function commitOn(client: pg.Client, batch: Batch): Promise<void> {
  const [, claim] = resultsOf(await client.query(claimSql(batch)));
  if (claim?.rowCount === 1 && batch.rows.length > 0) {
    const copy = client.query(copyStreams.from(COPY_CHECKS_SQL));
    copy.write(COPY_HEADER);
    copy.write(batch.rows);
    copy.end(COPY_TRAILER);
    await finished(copy);
  }
  await client.query('COMMIT');
}

/** Several statements in one message give several results, which the types of pg do not know. */
function resultsOf(results: pg.QueryResult | pg.QueryResult[]): readonly pg.QueryResult[] {
  return Array.isArray(results) ? results : [results];
}

/** A hung server answers nothing at all: its connection is given up, and with it what was under way. */
async function inTime(work: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('committing checks took too long')), COMMIT_MS_MAX);
  try {
    await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
    // When the time is up first, the connection is dropped, and this fails with it.
    work.catch(() => {});
  }
}
