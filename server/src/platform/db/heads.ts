import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from '../log/log.ts';

/** One who follows a table, and knows by the value of an expression whether there is news. */
export interface HeadFollower {
  /** An SQL expression; its value is another one whenever there is something to read. Every tenant's rows are seen. */
  readonly head: string;
  /** What it was when PostgreSQL was asked at that instant of this process's monotonic clock. */
  seen(value: string | null, askedAtMs: number): void;
}

const POLL_MS = 500;
const QUERY_TIMEOUT_MS = 2_000;
const RETRY_MS = 250;

/**
 * Asks PostgreSQL twice a second, in one statement for everybody in this process, whether anything has moved. What
 * follows a table is woken by NOTIFY, which needs no Redis; this finds what a lost one would have told, and says
 * how old what is known may be.
 */
export class Heads {
  readonly #connection: () => pg.ClientConfig;
  readonly #log: Logger;
  readonly #followers = new Set<HeadFollower>();
  #ending = new AbortController();
  #running: Promise<void> | undefined;

  constructor(connection: () => pg.ClientConfig, log: Logger) {
    this.#connection = connection;
    this.#log = log;
  }

  /** Asks as long as anybody follows. */
  follow(follower: HeadFollower): void {
    this.#followers.add(follower);
    if (this.#running !== undefined) return;
    this.#ending = new AbortController();
    this.#running = this.#run(this.#ending.signal);
  }

  async leave(follower: HeadFollower): Promise<void> {
    this.#followers.delete(follower);
    if (this.#followers.size > 0) return;
    this.#ending.abort();
    const running = this.#running;
    this.#running = undefined;
    await running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    let isAway = false;
    while (!signal.aborted) {
      try {
        await this.#ask(signal, () => {
          if (isAway) this.#log.info('the heads of the logs are known again');
          isAway = false;
        });
      } catch (error) {
        if (!isAway) this.#log.warn({ err: error }, 'the heads of the logs cannot be asked for');
        isAway = true;
        await delay(RETRY_MS, undefined, { signal }).catch(() => {});
      }
    }
  }

  async #ask(signal: AbortSignal, answered: () => void): Promise<void> {
    const connection = this.#connection();
    const client = new pg.Client({
      ...connection,
      options: `${connection.options} -c statement_timeout=${QUERY_TIMEOUT_MS} -c kinga.tenant=*`,
      application_name: 'kinga-heads',
      connectionTimeoutMillis: QUERY_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
    });
    // A query under way rejects by itself, and the next one does.
    client.on('error', () => {});
    try {
      await client.connect();
      while (!signal.aborted) {
        await this.#tell(client);
        answered();
        await delay(POLL_MS, undefined, { signal }).catch(() => {});
      }
    } finally {
      client.end().catch(() => {});
    }
  }

  async #tell(client: pg.Client): Promise<void> {
    const followers = [...this.#followers];
    const text = `SELECT ${followers.map(({ head }) => `(${head})::text`).join(', ')}`;
    const askedAtMs = performance.now();
    const { rows } = await client.query<(string | null)[]>({ text, rowMode: 'array' });
    for (const [index, follower] of followers.entries()) follower.seen(rows[0]?.[index] ?? null, askedAtMs);
  }
}
