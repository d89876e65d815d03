import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { Database } from '../../../platform/db/database.ts';
import type { Bus } from '../../../platform/feed/bus.ts';
import type { Service } from '../../../platform/lifecycle/service.ts';
import type { Logger } from '../../../platform/log/log.ts';
import type { LogEntry } from '../log/entry.ts';
import { decodeMessage, registerChannel } from '../log/message.ts';
import { Freshness } from './freshness.ts';
import { loadReplica, readNow } from './load.ts';
import { LookBack } from './look-back.ts';
import { OwnConnection } from './own-connection.ts';
import { Replica } from './replica.ts';
import { IntervalTable } from './table.ts';
import { Tail } from './tail.ts';

const LOAD_RETRY_MS = 250;
/** At start; later a node tries for ever, and answers UNKNOWN meanwhile. */
const FIRST_LOAD_MS_MAX = 60_000;
const SWEEP_EVERY_MS = 250;
const SWEEP_SLOTS = 4_096;
/** An interval is kept this long after its end: should the database's clock be set back, it is still there. */
const SWEEP_AFTER_MS = 3_600_000;

export interface FollowerOptions {
  readonly db: Database;
  readonly bus: Bus;
  readonly log: Logger;
  /** How long after their end exclusions have to be known at that time of the database's, in milliseconds. */
  readonly quietMs: (at: number) => number;
  /** An entry was applied on this node: each once, in order. */
  readonly onApplied: (entry: LogEntry) => void;
  /** The history broke and another was loaded: there is a new epoch. */
  readonly onReset: (reason: string) => void;
}

/** The history that broke: positions in it must mean nothing any more, on any node. */
interface Lost {
  readonly epoch: string;
  readonly reason: string;
}

/** Keeps this node's replica what the register is: loads it, follows the log, and loads it again if need be. */
export class Follower implements Service {
  readonly name = 'register-replica';
  readonly replica: Replica;
  readonly freshness: Freshness;
  readonly #options: FollowerOptions;
  readonly #tail: Tail;
  readonly #loading: OwnConnection;
  readonly #lookBack: LookBack;
  #sweeping: NodeJS.Timeout | undefined;
  #unsubscribe: (() => void) | undefined;
  #reloading: Promise<void> | undefined;
  #stopped = false;

  constructor(options: FollowerOptions) {
    const { db, log } = options;
    this.#options = options;
    this.replica = new Replica({
      applied: (entry) => {
        this.#lookBack.applied(entry);
        this.#tell(() => options.onApplied(entry));
      },
      broken: (reason) => this.#reload(reason),
    });
    this.#tail = new Tail({ db, log, replica: this.replica });
    this.freshness = new Freshness({ db, replica: this.replica, behind: () => this.#tail.wake() });
    this.#lookBack = new LookBack({ db, log, replica: this.replica });
    this.#loading = new OwnConnection({ db, name: 'load', connectTimeoutMs: 5_000, queryTimeoutMs: 0 });
  }

  async start(): Promise<void> {
    const deadline = performance.now() + FIRST_LOAD_MS_MAX;
    await this.#loadUntil(() => performance.now() > deadline);
    this.#tail.start();
    this.#sweeping = setInterval(() => this.#sweep(), SWEEP_EVERY_MS);
    await this.freshness.start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#sweeping);
    this.#unsubscribe?.();
    await Promise.all([this.#tail.stop(), this.freshness.stop()]);
    await this.#lookBack.stop();
    await this.#loading.close();
    await this.#reloading;
  }

  #reload(reason: string): void {
    this.#options.log.error(
      { reason, seq: this.replica.seq },
      'the register has another history: loading it',
    );
    this.#reloading ??= this.#loadAnother(reason).finally(() => {
      this.#reloading = undefined;
    });
  }

  async #loadAnother(reason: string): Promise<void> {
    await this.#loadUntil(() => false, { epoch: this.replica.epoch, reason });
  }

  async #loadUntil(isOver: () => boolean, lost?: Lost): Promise<void> {
    this.replica.forget();
    while (!this.#stopped) {
      try {
        await this.#loading.use((client) => this.#load(client, lost));
        await this.#loading.close();
        return;
      } catch (error) {
        if (isOver()) throw error;
        this.#options.log.warn({ err: error }, 'the register could not be loaded: trying again');
        await delay(LOAD_RETRY_MS);
      }
    }
  }

  async #load(client: pg.Client, lost: Lost | undefined): Promise<void> {
    if (lost !== undefined) {
      await client.query('UPDATE database_epoch SET epoch = gen_random_uuid() WHERE epoch = $1', [
        lost.epoch,
      ]);
    }
    const startedAt = performance.now();
    const table = new IntervalTable();
    const quietMs = this.#options.quietMs(await readNow(client));
    const loaded = await loadReplica(client, table, { quietMs });
    this.#subscribe(loaded.epoch);
    this.replica.adopt(loaded, table);
    // In the same turn: no entry of the new history may be told before the break is.
    if (lost !== undefined && !this.#stopped) this.#tell(() => this.#options.onReset(lost.reason));
    this.#tail.wake();
    const { seq, people } = loaded;
    const durationMs = Math.round(performance.now() - startedAt);
    this.#options.log.info({ seq, people, identifiers: table.size, durationMs }, 'the register is loaded');
  }

  #subscribe(epoch: string): void {
    this.#unsubscribe?.();
    this.#unsubscribe = this.#options.bus.subscribe(registerChannel(epoch), (message) => this.#hear(message));
  }

  /** Whatever does not fit is found in PostgreSQL instead. */
  #hear(message: string): void {
    for (const entry of decodeMessage(message) ?? []) {
      const outcome = this.replica.apply(entry);
      if (outcome === 'gap' || outcome === 'fork') {
        this.#tail.wake();
        return;
      }
    }
  }

  #sweep(): void {
    if (this.replica.state !== 'live') return;
    const now = this.replica.clock.lower(performance.now());
    const quietMs = this.#options.quietMs(now);
    if (quietMs > this.replica.quietMs) this.#lookBack.begin(quietMs);
    this.replica.sweep(now, { sinceMs: SWEEP_AFTER_MS, quietMs }, SWEEP_SLOTS);
  }

  /** Whoever listens must not be able to stop the replica. */
  #tell(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#options.log.error({ err: error }, 'a listener of the register failed');
    }
  }
}
