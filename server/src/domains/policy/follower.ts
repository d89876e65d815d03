import { VERSION_ONE } from '@kinga/shared/policy/version-one.ts';
import type { Platform } from '../../platform/context.ts';
import { Tail } from '../../platform/db/tail.ts';
import type { Tx } from '../../platform/db/tx.ts';
import type { Service } from '../../platform/lifecycle/service.ts';
import { PolicyBook, type PolicyVersion } from './book.ts';
import { readVersions } from './store.ts';

export const CHANNEL = 'kinga_policy';

/** What changes when anything does: the tables only ever grow, and a restored database has a new epoch. */
const STATE = `
  SELECT concat_ws(' ', epoch, (SELECT count(*) FROM policy_versions), (SELECT count(*) FROM policy_withdrawals))
  FROM database_epoch`;
const STATE_SQL = `
  SELECT (${STATE}) AS state, (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now_ms`;

/** This node's copy of every version, and the database's time by which they begin. */
export class PolicyFollower implements Service {
  readonly name = 'policy';
  readonly #tail: Tail;
  #state = '';
  /** Until the first read: what every register began with. */
  #book = new PolicyBook([{ version: 1, startsAt: 0, values: VERSION_ONE }]);
  /** The database's time less this process's monotonic one. */
  #toDatabaseMs = 0;

  constructor({ db, log }: Platform) {
    this.#tail = new Tail({
      db,
      log,
      name: 'policy',
      channel: CHANNEL,
      head: STATE,
      read: (tx) => this.#read(tx),
    });
  }

  /** Returns when the versions are known. */
  async start(): Promise<void> {
    await this.#tail.start();
  }

  async stop(): Promise<void> {
    await this.#tail.stop();
  }

  at(ms: number): PolicyVersion {
    return this.#book.at(ms);
  }

  longestQuietMs(ms: number): number {
    return this.#book.longestQuietMs(ms);
  }

  current(): PolicyVersion {
    return this.at(performance.now() + this.#toDatabaseMs);
  }

  async #read(tx: Tx): Promise<void> {
    const { rows } = await tx.query<{ state: string; now_ms: number }>(STATE_SQL);
    const [row] = rows;
    if (row === undefined) throw new Error('database_epoch is empty');
    this.#toDatabaseMs = row.now_ms - performance.now();
    if (row.state === this.#state) return;
    this.#book = new PolicyBook(await readVersions(tx));
    this.#state = row.state;
  }
}
