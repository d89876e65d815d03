import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { CompiledQuery } from 'kysely';
import pg from 'pg';
import type { Logger } from '../log/log.ts';
import { isRetryable, isUnanswered } from './errors.ts';
import { Heads } from './heads.ts';
import type { Tx } from './tx.ts';

/** The role every statement of a hub, worker or importer runs as: neither superuser nor owner of a table. */
export const HUB_ROLE = 'kinga_hub';

export interface DatabaseOptions {
  readonly url: string;
  readonly log: Logger;
  readonly applicationName: string;
  readonly poolMax?: number;
  /** How long this process waits for the answer to one statement of the pool before it gives up the connection. */
  readonly answerMsMax?: number;
}

/**
 * Longer than a statement may take (statement_timeout), so only a server that hangs or cannot be reached comes
 * this far. TCP by itself would wait for a quarter of an hour, with every connection of the pool in use.
 */
const ANSWER_MS_MAX = 20_000;

const STATEMENT_RETRIES_MAX = 5;

/**
 * A frozen process may hold nobody up: PostgreSQL itself ends a transaction that idles for 2 s, and a lost
 * peer is noticed by keepalive.
 */
const SESSION_SETTINGS = [
  `-c role=${HUB_ROLE}`,
  '-c idle_in_transaction_session_timeout=2000',
  '-c lock_timeout=5000',
  '-c statement_timeout=15000',
  '-c tcp_keepalives_idle=5',
  '-c tcp_keepalives_interval=2',
  '-c tcp_keepalives_count=3',
  '-c timezone=UTC',
].join(' ');

/** One process's way to PostgreSQL: a pool for hand-written SQL, and the ORM for everything unhurried. */
export class Database {
  readonly pool: pg.Pool;
  readonly url: string;
  /** What every tail of this process asks together. */
  readonly heads: Heads;
  readonly #options: DatabaseOptions;
  #orm: MikroORM | undefined;

  constructor(options: DatabaseOptions) {
    this.#options = options;
    this.url = options.url;
    this.heads = new Heads(() => this.connection(), options.log);
    this.pool = new pg.Pool({ ...this.pooledConnection(), max: options.poolMax ?? 16 });
    // The server went away: the pool replaces idle clients and a running query rejects by itself; without a
    // listener on the client too, a checked-out one would end the process.
    this.pool.on('error', (error) => options.log.warn({ err: error }, 'idle database connection lost'));
    this.pool.on('connect', (client) => {
      client.on('error', (error) => options.log.warn({ err: error }, 'database connection lost'));
    });
  }

  /** Settings for a connection of one's own (LISTEN, COPY, the freshness question). */
  connection(): pg.ClientConfig {
    return {
      connectionString: this.url,
      application_name: this.#options.applicationName,
      options: SESSION_SETTINGS,
      keepAlive: true,
      keepAliveInitialDelayMillis: 5_000,
      connectionTimeoutMillis: 5_000,
    };
  }

  /** The same for a connection that many take turns with: none of them may have it for ever. */
  pooledConnection(): pg.ClientConfig {
    return { ...this.connection(), query_timeout: this.#options.answerMsMax ?? ANSWER_MS_MAX };
  }

  useOrm(orm: MikroORM): void {
    this.#orm = orm;
  }

  async query<TRow extends object = Record<string, unknown>>(text: string, values: readonly unknown[] = []) {
    const result = await this.pool.query<TRow>(text, values as unknown[]);
    return { rows: result.rows, rowCount: result.rowCount ?? 0 };
  }

  /**
   * Runs the work in one transaction (READ COMMITTED) and again from the start when PostgreSQL says that it
   * lost a race (40001, 40P01). The work must therefore have no effect outside the transaction.
   */
  async transaction<TResult>(work: (tx: Tx) => Promise<TResult>): Promise<TResult> {
    return retrying(async () => {
      const client = await this.pool.connect();
      let broken: Error | undefined;
      // Nobody else listens while the client is lent out: a connection lost between two statements would end
      // the process. The next statement fails and tells.
      const onLost = (error: Error) => {
        broken = error;
      };
      client.on('error', onLost);
      try {
        await client.query('BEGIN');
        const result = await work(txOf(client));
        const { command } = await client.query('COMMIT');
        // PostgreSQL says so and calls it no error: after a failed statement there is nothing to commit.
        if (command !== 'COMMIT') throw new Error('a failed statement was passed over: rolled back');
        return result;
      } catch (error) {
        // Behind a statement without an answer nothing else would be answered either.
        if (isUnanswered(error)) broken = error;
        else {
          await client.query('ROLLBACK').catch((rollbackError: Error) => {
            broken = rollbackError;
          });
        }
        throw error;
      } finally {
        client.off('error', onLost);
        client.release(broken);
      }
    });
  }

  /** The same, with the ORM: `em` and `tx` are the same transaction, so audit and outbox rows go with it. */
  async unitOfWork<TResult>(work: (em: EntityManager, tx: Tx) => Promise<TResult>): Promise<TResult> {
    return retrying(() =>
      this.em().transactional((em) => work(em as EntityManager, txOfEntityManager(em as EntityManager))),
    );
  }

  /** A fresh ORM context for reading; contexts are never shared between calls. */
  em(): EntityManager {
    if (!this.#orm) throw new Error('the ORM is not open in this process');
    return this.#orm.em.fork() as EntityManager;
  }

  async close(): Promise<void> {
    await this.#orm?.close();
    await this.pool.end();
  }
}

export function txOf(client: pg.ClientBase): Tx {
  return {
    async query<TRow extends object>(text: string, values: readonly unknown[] = []) {
      const result = await client.query<TRow>(text, values as unknown[]);
      return { rows: result.rows, rowCount: result.rowCount ?? 0 };
    },
  };
}

function txOfEntityManager(em: EntityManager): Tx {
  return {
    async query<TRow extends object>(text: string, values: readonly unknown[] = []) {
      const result = await em.getKysely().executeQuery<TRow>(CompiledQuery.raw(text, [...values]));
      return { rows: result.rows, rowCount: Number(result.numAffectedRows ?? result.rows.length) };
    },
  };
}

async function retrying<TResult>(attempt: () => Promise<TResult>): Promise<TResult> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (tries >= STATEMENT_RETRIES_MAX || !isRetryable(error)) throw error;
    }
  }
}
