import type { Database } from '../../../platform/db/database.ts';
import type { Logger } from '../../../platform/log/log.ts';
import type { LogEntry } from '../log/entry.ts';
import { loadReplica } from './load.ts';
import { OwnConnection } from './own-connection.ts';
import type { Replica } from './replica.ts';
import { IntervalTable } from './table.ts';

/** How long this node may need to apply what was in the register when it was read. */
const REACH_MS = 5_000;

interface LookBackOptions {
  readonly db: Database;
  readonly log: Logger;
  readonly replica: Replica;
}

/**
 * A policy to come remembers exclusions for longer after their end than this node does: the register is read once
 * more, further back, beside the replica that goes on answering and applying, and then takes its table's place.
 */
export class LookBack {
  readonly #options: LookBackOptions;
  readonly #connection: OwnConnection;
  /** Applied since the reading began. */
  #entries: LogEntry[] | undefined;
  #looking: Promise<void> | undefined;

  constructor(options: LookBackOptions) {
    const { db } = options;
    this.#options = options;
    this.#connection = new OwnConnection({
      db,
      name: 'look-back',
      connectTimeoutMs: 5_000,
      queryTimeoutMs: 0,
    });
  }

  /** One at a time; after a failure it is asked for again. */
  begin(quietMs: number): void {
    this.#looking ??= this.#look(quietMs)
      .catch((error: unknown) => {
        this.#options.log.warn({ err: error }, 'exclusions that ended could not be read: trying again');
      })
      .finally(async () => {
        this.#entries = undefined;
        await this.#connection.close();
        this.#looking = undefined;
      });
  }

  applied(entry: LogEntry): void {
    this.#entries?.push(entry);
  }

  async stop(): Promise<void> {
    await this.#connection.close();
    await this.#looking;
  }

  async #look(quietMs: number): Promise<void> {
    const { replica, log } = this.#options;
    const { load } = replica;
    const entries: LogEntry[] = [];
    this.#entries = entries;
    const table = new IntervalTable();
    const loaded = await this.#connection.use((client) => loadReplica(client, table, { quietMs }));
    const reached = await replica.reached(loaded.seq, REACH_MS);
    // Another history in the meantime brought its own table.
    if (!reached || replica.load !== load || replica.epoch !== loaded.epoch) return;
    replica.exchange(
      table,
      loaded,
      entries.filter(({ seq }) => seq > loaded.seq),
    );
    log.info({ quietMs, identifiers: table.size }, 'the register remembers for longer');
  }
}
