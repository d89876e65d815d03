import { setTimeout as delay } from 'node:timers/promises';
import type { Platform } from '../../../platform/context.ts';
import { ADVISORY_LOCKS } from '../../../platform/db/advisory-locks.ts';
import { planByIndex } from '../../../platform/db/plan-by-index.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import type { Service } from '../../../platform/lifecycle/service.ts';
import { watchClosing } from './closing.ts';
import { watchLateness } from './lateness.ts';
import { tellLost } from './lost.ts';
import { Round } from './round.ts';

const EVERY_MS = 1_000;
/** Operators of a turn: of a thousand each is judged within five seconds. */
const LATENESS_SLICE = 200;
/** What is judged in hours: not in every turn, since each statement takes the processor from an answer. */
const CLOSING_EVERY_TURNS = 4;
const CLOSING_SLICE = 200;
const NODES_KEPT = '1 minute';

/** What a guard has to know of its node. */
export interface GuardDeps {
  /** The operators of which a machine watches its changes on this node. */
  readonly watchedByKeys: () => readonly string[];
}

/**
 * Once a second: notes who is reached by this node's sockets, and sees whether anybody is behind. Every hub runs
 * one; the alarms are one's at a time.
 */
export class Guard implements Service {
  readonly name = 'propagation-guard';
  readonly #platform: Platform;
  readonly #deps: GuardDeps;
  readonly #lateness = new Round(LATENESS_SLICE);
  readonly #closing = new Round(CLOSING_SLICE);
  #stop: AbortController | undefined;
  #running: Promise<void> | undefined;

  constructor(platform: Platform, deps: GuardDeps) {
    this.#platform = platform;
    this.#deps = deps;
  }

  async start(): Promise<void> {
    this.#stop = new AbortController();
    this.#running = this.#run(this.#stop.signal);
  }

  async stop(): Promise<void> {
    this.#stop?.abort();
    await this.#running;
    await this.#platform.db
      .query('DELETE FROM propagation_nodes WHERE node = $1', [this.#platform.node])
      .catch((error: Error) => this.#platform.log.warn({ err: error }, 'this node could not sign off'));
  }

  async #run(signal: AbortSignal): Promise<void> {
    let isLate = false;
    for (let turn = 0; !signal.aborted; turn++) {
      try {
        await this.#noteReach();
        await this.#watch(turn % CLOSING_EVERY_TURNS === 0);
        isLate = false;
      } catch (error) {
        // Once for all the seconds until it works again.
        if (!isLate) this.#platform.log.warn({ err: error }, 'propagation cannot be watched now');
        isLate = true;
      }
      await delay(EVERY_MS, undefined, { signal }).catch(() => {});
    }
  }

  async #noteReach(): Promise<void> {
    await this.#platform.db.query(
      `WITH gone AS (
         DELETE FROM propagation_nodes WHERE at < statement_timestamp() - interval '${NODES_KEPT}' AND node <> $1
       )
       INSERT INTO propagation_nodes (node, at, operator_ids) VALUES ($1, clock_timestamp(), $2)
       ON CONFLICT (node) DO UPDATE SET at = excluded.at, operator_ids = excluded.operator_ids`,
      [this.#platform.node, this.#deps.watchedByKeys()],
    );
  }

  async #watch(withClosing: boolean): Promise<void> {
    const { crypto } = this.#platform;
    // Each by itself: it takes what acknowledgements take, in their order.
    await this.#alone(async (tx) => watchLateness(tx, crypto, await this.#lateness.next(tx)));
    if (!withClosing) return;
    const seen = await this.#alone(async (tx) => {
      const some = await this.#closing.next(tx);
      await watchClosing(tx, some);
      return some;
    });
    if (seen !== undefined && seen.length > 0) await this.#alone((tx) => tellLost(tx, seen));
  }

  /** Undefined: another hub is at it. */
  async #alone<TResult>(work: (tx: Tx) => Promise<TResult>): Promise<TResult | undefined> {
    return await this.#platform.db.transaction(async (tx) => {
      const lock = await tx.query<{ held: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS held', [
        ADVISORY_LOCKS.propagationGuard,
      ]);
      if (!lock.rows[0]?.held) return undefined;
      // Thousands of operators, of whom hardly anyone has anything open: each is looked up, none are scanned for.
      await planByIndex(tx);
      return await work(tx);
    });
  }
}
