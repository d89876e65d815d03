import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Service } from '../lifecycle/service.ts';
import type { Logger } from '../log/log.ts';
import type { Database } from './database.ts';
import { txOf } from './database.ts';
import type { Tx } from './tx.ts';

export interface TailOptions {
  readonly db: Database;
  readonly log: Logger;
  /** For the log and the connection. */
  readonly name: string;
  /** NOTIFY on this channel wakes the tail; the poll behind it finds what a lost one would have told. */
  readonly channel: string;
  readonly pollMs: number;
  /** Reads what is new. Called again and again, never twice at once; the first time after each reconnect too. */
  readonly read: (tx: Tx) => Promise<void>;
}

const CONNECT_TIMEOUT_MS = 2_000;
const QUERY_TIMEOUT_MS = 2_000;
const RECONNECT_MS = 250;

/**
 * Follows a table on a connection of its own, so that a busy pool cannot hold it up, through restarts of
 * PostgreSQL.
 */
export class Tail implements Service {
  readonly name: string;
  readonly #options: TailOptions;
  readonly #ending = new AbortController();
  #isAway = false;
  #wakeUp: (() => void) | undefined;
  #woken = false;
  #confirmedAtMs = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;
  #firstRead: (() => void) | undefined;

  constructor(options: TailOptions) {
    this.#options = options;
    this.name = options.name;
  }

  /** Returns after the first read. */
  async start(): Promise<void> {
    const read = new Promise<void>((resolve) => {
      this.#firstRead = resolve;
    });
    this.#running = this.#run();
    await read;
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    this.wake();
    await this.#running;
  }

  /** Read soon: somebody says that there is news. */
  wake(): void {
    this.#woken = true;
    this.#wakeUp?.();
  }

  /** How long ago the last successful read was asked for: nothing older than this is missing here. */
  ageMs(): number {
    return performance.now() - this.#confirmedAtMs;
  }

  async #run(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      try {
        await this.#follow();
      } catch (error) {
        if (!this.#isAway)
          this.#options.log.warn({ err: error, tail: this.name }, 'tail lost its connection');
        this.#isAway = true;
        // Not to be woken: the connection that was lost says so more than once.
        await delay(RECONNECT_MS, undefined, { signal: this.#ending.signal }).catch(() => {});
      }
    }
    this.#firstRead?.();
  }

  async #follow(): Promise<void> {
    const connection = this.#options.db.connection();
    const client = new pg.Client({
      ...connection,
      // PostgreSQL gives up with us: a statement that nobody waits for would hold the locks of its transaction.
      options: `${connection.options} -c statement_timeout=${QUERY_TIMEOUT_MS}`,
      application_name: `kinga-${this.name}`,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
    });
    let lost: Error | undefined;
    client.on('error', (error) => {
      lost = error;
      this.wake();
    });
    client.on('notification', () => this.wake());
    try {
      await client.connect();
      await client.query(`LISTEN ${this.#options.channel}`);
      while (!this.#ending.signal.aborted && lost === undefined) {
        this.#woken = false;
        const askedAtMs = performance.now();
        await this.#options.read(txOf(client));
        this.#confirmedAtMs = askedAtMs;
        this.#firstRead?.();
        if (this.#isAway) this.#options.log.info({ tail: this.name }, 'tail is connected again');
        this.#isAway = false;
        await this.#pause(this.#options.pollMs);
      }
      if (lost !== undefined) throw lost;
    } finally {
      // Not awaited: ending says goodbye to a server that may no longer answer.
      client.end().catch(() => {});
    }
  }

  async #pause(ms: number): Promise<void> {
    if (this.#woken || this.#ending.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wakeUp = undefined;
  }
}
