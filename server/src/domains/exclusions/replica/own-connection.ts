import pg from 'pg';
import type { Database } from '../../../platform/db/database.ts';

export interface OwnConnectionOptions {
  readonly db: Database;
  readonly name: string;
  readonly connectTimeoutMs: number;
  /** How long one statement may take from here; 0: as long as it takes. */
  readonly queryTimeoutMs: number;
  readonly onConnect?: (client: pg.Client) => Promise<unknown>;
}

/**
 * A connection that nothing else waits on. It is opened when it is needed and thrown away after any error, a
 * timeout included: what a late answer would belong to is then unknown.
 */
export class OwnConnection {
  readonly #options: OwnConnectionOptions;
  #client: pg.Client | undefined;

  constructor(options: OwnConnectionOptions) {
    this.#options = options;
  }

  async use<TResult>(work: (client: pg.Client) => Promise<TResult>): Promise<TResult> {
    const client = this.#client ?? (await this.#connect());
    try {
      return await work(client);
    } catch (error) {
      this.#drop(client);
      throw error;
    }
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => {});
  }

  /** Ends what is under way as well: with an active query, pg destroys the socket. */
  #drop(client: pg.Client): void {
    if (this.#client === client) this.#client = undefined;
    client.end().catch(() => {});
  }

  async #connect(): Promise<pg.Client> {
    const { db, name, connectTimeoutMs, queryTimeoutMs, onConnect } = this.#options;
    const settings = db.connection();
    const client = new pg.Client({
      ...settings,
      application_name: `${settings.application_name}-${name}`,
      connectionTimeoutMillis: connectTimeoutMs,
      query_timeout: queryTimeoutMs,
    });
    // Without a listener a lost connection would end the process.
    client.on('error', () => this.#drop(client));
    try {
      await client.connect();
      await onConnect?.(client);
    } catch (error) {
      this.#drop(client);
      throw error;
    }
    this.#client = client;
    return client;
  }
}
