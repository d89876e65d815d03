import type pg from 'pg';
import type { Database } from '../../../platform/db/database.ts';
import type { Logger } from '../../../platform/log/log.ts';
import { decodeKeys, type EntryKind, type LogEntry } from '../log/entry.ts';
import { OwnConnection } from './own-connection.ts';
import type { Replica } from './replica.ts';

/** Without news for this long, PostgreSQL is asked for what came after. */
const NEWS_MS = 250;
/** How old a confirmation may be when it has just arrived: it counts from before its question was sent. */
const CONFIRMATION_MS = 100;
const BATCH_MAX = 500;
const CONNECT_TIMEOUT_MS = 5_000;
const QUERY_TIMEOUT_MS = 5_000;
const RETRY_MS = 100;

export const REGISTER_CHANNEL = 'kinga_register';

export interface EntryRow {
  readonly seq: number;
  readonly kind: EntryKind;
  readonly subject: string;
  readonly at_ms: number;
  readonly effective_at_ms: number;
  readonly keys: string;
  readonly hash: string;
}

export const ENTRY_COLUMNS = `
  seq::float8 AS seq, kind, subject, (extract(epoch FROM at) * 1000)::float8 AS at_ms,
  (extract(epoch FROM effective_at) * 1000)::float8 AS effective_at_ms`;

const AFTER_SQL = `
  SELECT ${ENTRY_COLUMNS}, keys, hash FROM register_log WHERE seq > $1 ORDER BY register_log.seq LIMIT ${BATCH_MAX}`;

/** Reads from PostgreSQL what this node has not heard of otherwise: with Redis dead it is the only way. */
export class Tail {
  readonly #replica: Replica;
  readonly #log: Logger;
  readonly #connection: OwnConnection;
  #running: Promise<void> | undefined;
  #stopped = false;
  #woken = false;
  #news: (() => void) | undefined;

  constructor(options: { db: Database; log: Logger; replica: Replica }) {
    this.#replica = options.replica;
    this.#log = options.log;
    this.#connection = new OwnConnection({
      db: options.db,
      name: 'tail',
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      queryTimeoutMs: QUERY_TIMEOUT_MS,
      onConnect: async (client) => {
        client.on('notification', () => this.wake());
        await client.query(`LISTEN ${REGISTER_CHANNEL}`);
      },
    });
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** There is something in PostgreSQL, or may be. */
  wake(): void {
    this.#woken = true;
    this.#news?.();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.wake();
    await this.#running;
    await this.#connection.close();
  }

  async #run(): Promise<void> {
    let isAway = false;
    while (!this.#stopped) {
      try {
        if (isAway || this.#woken || !this.#hasNews()) {
          await this.#connection.use((client) => this.#catchUp(client));
        }
        isAway = false;
      } catch (error) {
        if (!isAway) this.#log.warn({ err: error }, 'the tail of the register lost PostgreSQL');
        isAway = true;
      }
      await this.#wait(isAway ? RETRY_MS : NEWS_MS);
    }
  }

  /** PostgreSQL has just said, in a confirmation, that there is nothing more: no need to ask it again. */
  #hasNews(): boolean {
    const { lag, confirmedAt } = this.#replica;
    return lag === 0 && performance.now() - confirmedAt <= NEWS_MS + CONFIRMATION_MS;
  }

  async #catchUp(client: pg.Client): Promise<void> {
    for (;;) {
      this.#woken = false;
      if (this.#stopped || this.#replica.state !== 'live') return;
      const { load } = this.#replica;
      const { rows } = await client.query<EntryRow>(AFTER_SQL, [this.#replica.seq]);
      // Loaded again while we asked: these rows may be of the history before.
      if (this.#replica.load !== load) continue;
      for (const row of rows) {
        const outcome = this.#replica.apply(entryOf(row));
        if (outcome === 'gap' || outcome === 'fork') {
          this.#replica.break('the register does not continue what this node has applied');
          return;
        }
      }
      if (rows.length < BATCH_MAX && !this.#woken) return;
    }
  }

  async #wait(durationMs: number): Promise<void> {
    if (this.#woken || this.#stopped) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, durationMs);
      this.#news = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#news = undefined;
  }
}

function entryOf(row: EntryRow): LogEntry {
  return {
    seq: row.seq,
    kind: row.kind,
    subject: row.subject,
    at: row.at_ms,
    effectiveAt: row.effective_at_ms,
    keys: decodeKeys(row.keys),
    hash: row.hash,
  };
}
