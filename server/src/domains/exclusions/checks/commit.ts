import pg from 'pg';
import type { Database } from '../../../platform/db/database.ts';
import { sqlStateOf } from '../../../platform/db/errors.ts';
import { OwnConnection } from '../replica/own-connection.ts';
import { copyInto } from './copy-query.ts';
import { COPY_CHECKS_SQL, COPY_HEADER, COPY_TRAILER } from './row.ts';
import type { Batch } from './segment.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const COMMIT_MS_MAX = 5_000;

/** Raised by the trigger of check_writers: this batch, or a later one of its process, is in the table. */
const ALREADY_COMMITTED = 'KG001';

/**
 * Raises the number of the process's last committed batch and takes the rows, in one message and therefore one
 * transaction: this happens ten times a second, and each round trip takes the processor from a lookup. The
 * row's lock makes a batch that its dying process is just committing be waited for.
 */
function commitSql({ writer, node, batch, rows }: Batch): string {
  const claim = `
    INSERT INTO check_writers (id, node, committed_batch)
    VALUES (${pg.escapeLiteral(writer)}, ${pg.escapeLiteral(node)}, ${Math.trunc(batch)})
    ON CONFLICT (id) DO UPDATE SET committed_batch = excluded.committed_batch, updated_at = clock_timestamp()`;
  return rows.length > 0 ? `${claim}; ${COPY_CHECKS_SQL}` : claim;
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
  try {
    const sql = commitSql(batch);
    if (batch.rows.length === 0) await client.query(sql);
    else await copyInto(client, sql, Buffer.concat([COPY_HEADER, batch.rows, COPY_TRAILER]));
  } catch (error) {
    if (sqlStateOf(error) !== ALREADY_COMMITTED) throw error;
  }
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
