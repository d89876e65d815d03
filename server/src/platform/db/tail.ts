import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Service } from '../lifecycle/service.ts';
import type { Logger } from '../log/log.ts';
import type { Database } from './database.ts';
import { txOf } from './database.ts';
import type { HeadFollower } from './heads.ts';
import type { Tx } from './tx.ts';

export interface TailOptions {
  readonly db: Database;
  readonly log: Logger;
  /** For the log and the connection. */
  readonly name: string;
  /** NOTIFY on this channel wakes the tail. */
  readonly channel: string;
  /**
   * Finds what a lost NOTIFY would have told: an SQL expression that is another one whenever there is something to
   * read, asked for together with all others (heads.ts). For a tail that has none it is read every half second.
   */
  readonly head?: string;
  /** Reads what is new. Called again and again, never twice at once; the first time after each reconnect too. */
  readonly read: (tx: Tx) => Promise<void>;
}

const CONNECT_TIMEOUT_MS = 2_000;
const QUERY_TIMEOUT_MS = 2_000;
const RECONNECT_MS = 250;
const POLL_MS = 500;
/** Whoever has a head reads this often without news as well: clocks are compared by the way. */
const REREAD_MS = 5_000;

/**
 * Follows a table on a connection of its own, so that a busy pool cannot hold it up, through restarts of
 * PostgreSQL.
 */
export class Tail implements Service {
  readonly name: string;
  readonly #options: TailOptions;
  readonly #follower: HeadFollower | undefined;
  readonly #ending = new AbortController();
  #isAway = false;
  #wakeUp: (() => void) | undefined;
  #woken = false;
  #confirmedAtMs = Number.NEGATIVE_INFINITY;
  #head: string | null | undefined;
  /** Is there something to read, or may there be? */
  #isBehind = true;
  #running: Promise<void> | undefined;
  #firstRead: (() => void) | undefined;

  constructor(options: TailOptions) {
    this.#options = options;
    this.name = options.name;
    const { head } = options;
    if (head === undefined) return;
    this.#follower = { head, seen: (value, askedAtMs) => this.#seen(value, askedAtMs) };
  }

  /** Returns after the first read. */
  async start(): Promise<void> {
    const read = new Promise<void>((resolve) => {
      this.#firstRead = resolve;
    });
    this.#running = this.#run();
    await read;
    if (this.#follower === undefined || this.#ending.signal.aborted) return;
    this.#options.db.heads.follow(this.#follower);
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    this.wake();
    if (this.#follower !== undefined) await this.#options.db.heads.leave(this.#follower);
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

  #seen(value: string | null, askedAtMs: number): void {
    if (value !== this.#head) {
      this.#head = value;
      this.#isBehind = true;
      this.wake();
    } else if (!this.#isBehind) {
      this.#confirmedAtMs = Math.max(this.#confirmedAtMs, askedAtMs);
    }
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
        const head = this.#head;
        await this.#options.read(txOf(client));
        this.#confirmedAtMs = askedAtMs;
        if (head === this.#head) this.#isBehind = false;
        this.#firstRead?.();
        if (this.#isAway) this.#options.log.info({ tail: this.name }, 'tail is connected again');
        this.#isAway = false;
        await this.#pause(this.#follower === undefined ? POLL_MS : REREAD_MS);
      }
      if (lost !== undefined) throw lost;
    } finally {
      this.#isBehind = true;
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
