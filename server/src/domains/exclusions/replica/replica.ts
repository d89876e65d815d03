import type { LogEntry } from '../log/entry.ts';
import { Chain } from './chain.ts';
import { DatabaseClock, type Instant } from './clock.ts';
import type { Head, Loaded } from './load.ts';
import { IntervalTable } from './table.ts';

/**
 * One node's copy of the register in memory, without any input or output.
 *
 * - `empty`: nothing loaded yet.
 * - `live`: everything up to `seq` is applied, in order, each entry once.
 * - `broken`: PostgreSQL has another history than this node. Nothing it says counts until it is loaded again.
 *
 * Being live says nothing about being fresh: that is what confirmations are for.
 */
export type ReplicaState = 'empty' | 'live' | 'broken';

/** applied; known before; not the next one; the next one, but of another history. */
export type ApplyOutcome = 'applied' | 'known' | 'gap' | 'fork';

/** What PostgreSQL's head was, and what this node had applied when it asked. */
export interface Confirmation extends Head {
  readonly instant: Instant;
  readonly load: number;
  readonly appliedWhenAsked: number;
}

export interface ReplicaListener {
  applied(entry: LogEntry): void;
  broken(reason: string): void;
}

/** From this age of the last confirmation on, an answer needs PostgreSQL, unless the policy wants it younger. */
export const FRESH_MS = 1_000;

export class Replica {
  readonly clock = new DatabaseClock();
  /** The policy's word; see `FRESH_MS`. */
  freshMs = FRESH_MS;
  readonly #chain = new Chain();
  readonly #listener: ReplicaListener;
  readonly #waiting = new Set<{ readonly seq: number; readonly resolve: () => void }>();
  #table = new IntervalTable();
  #state: ReplicaState = 'empty';
  #epoch = '';
  #load = 0;
  #people = 0;
  #quietMs = 0;
  #headSeq = 0;
  #confirmedAt = Number.NEGATIVE_INFINITY;
  #asOfMs = 0;
  /** Not yet confirmable: the oldest first, because under steady writing the newest would never come true. */
  #unconfirmed: Confirmation[] = [];

  constructor(listener: ReplicaListener) {
    this.#listener = listener;
  }

  get table(): IntervalTable {
    return this.#table;
  }

  get state(): ReplicaState {
    return this.#state;
  }

  get epoch(): string {
    return this.#epoch;
  }

  get seq(): number {
    return this.#chain.seq;
  }

  /** Number of the load all this rests on: what was asked under another one says nothing any more. */
  get load(): number {
    return this.#load;
  }

  /** As of the load, and since then those whose identifiers were not known before. */
  get people(): number {
    return this.#people;
  }

  /** So long after its end an exclusion is still known here. */
  get quietMs(): number {
    return this.#quietMs;
  }

  /** Entries known to exist that are not applied. */
  get lag(): number {
    return Math.max(0, this.#headSeq - this.seq);
  }

  /** Monotonic instant before the question of the last confirmation was sent. */
  get confirmedAt(): number {
    return this.#confirmedAt;
  }

  /** The database's time in the last confirmation. */
  get asOfMs(): number {
    return this.#asOfMs;
  }

  isFresh(monotonicMs: number): boolean {
    return this.#state === 'live' && monotonicMs - this.#confirmedAt <= this.freshMs;
  }

  adopt(loaded: Loaded, table: IntervalTable): void {
    this.#table = table;
    this.#chain.start(loaded.seq, loaded.hash);
    this.#epoch = loaded.epoch;
    this.#people = loaded.people;
    this.#quietMs = loaded.quietMs;
    this.#headSeq = loaded.seq;
    this.#state = 'live';
    this.#load++;
    this.#unconfirmed = [];
    this.#confirmedAt = Number.NEGATIVE_INFINITY;
    this.#accept(loaded.instant);
    this.#settle();
  }

  /** The same register, which remembers for longer: `entries` is what this one has applied since it was read. */
  exchange(table: IntervalTable, { quietMs }: Pick<Loaded, 'quietMs'>, entries: readonly LogEntry[]): void {
    for (const { keys } of entries) {
      for (const { key, intervals } of keys) table.replace(Buffer.from(key, 'hex'), intervals);
    }
    this.#table = table;
    this.#quietMs = quietMs;
  }

  /** Lets go of some of what is over: `sinceMs` after its end, or once it matters to nobody's quiet time. */
  sweep(atMs: number, kept: { readonly sinceMs: number; readonly quietMs: number }, slots: number): void {
    if (kept.quietMs < this.#quietMs) this.#quietMs = kept.quietMs;
    const over = atMs - kept.sinceMs;
    this.#table.sweep({ over, quiet: over - this.#quietMs }, slots);
  }

  /** PostgreSQL's history is not ours. */
  break(reason: string): void {
    if (this.#state !== 'live') return;
    this.#state = 'broken';
    this.#unconfirmed = [];
    this.#listener.broken(reason);
  }

  /** Lets go of the memory before the next load takes its own. */
  forget(): void {
    this.#table = new IntervalTable();
  }

  apply(entry: LogEntry): ApplyOutcome {
    if (entry.seq <= this.seq || this.#state !== 'live') return 'known';
    if (entry.seq > this.#headSeq) this.#headSeq = entry.seq;
    if (entry.seq !== this.seq + 1) return 'gap';
    if (!this.#chain.continues(entry)) return 'fork';
    let isNew = entry.kind === 'registered';
    for (const { key, intervals } of entry.keys) {
      const bytes = Buffer.from(key, 'hex');
      if (isNew && this.#table.holds(bytes, entry.at)) isNew = false;
      this.#table.replace(bytes, intervals);
    }
    this.#chain.advance(entry);
    this.clock.reached(entry.at);
    if (isNew) this.#people++;
    this.#listener.applied(entry);
    if (this.#unconfirmed.length > 0) this.#confirmReached();
    if (this.#waiting.size > 0) this.#settle();
    return 'applied';
  }

  /**
   * Is what this node has applied all that PostgreSQL had when it was asked? What the node learnt in the
   * meantime does not hurt; a head before what it had already applied means that history was lost.
   */
  confirm(confirmation: Confirmation): void {
    if (confirmation.load !== this.#load || this.#state !== 'live') return;
    if (confirmation.epoch !== this.#epoch) {
      this.break('the database has a new epoch');
      return;
    }
    if (confirmation.seq < confirmation.appliedWhenAsked) {
      this.break('the head of the register is behind this node');
      return;
    }
    if (confirmation.seq > this.#headSeq) this.#headSeq = confirmation.seq;
    if (confirmation.seq > this.seq) {
      if (this.#unconfirmed.length >= 2) this.#unconfirmed.pop();
      this.#unconfirmed.push(confirmation);
      return;
    }
    const hash = this.#chain.hashAt(confirmation.seq);
    if (hash === undefined) return;
    if (hash === confirmation.hash) this.#accept(confirmation.instant);
    else this.break('the head of the register has another hash');
  }

  /** True when this node has applied the log up to there before the time is over. */
  async reached(seq: number, timeoutMs: number): Promise<boolean> {
    if (this.#has(seq)) return true;
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiter = { seq, resolve };
    const timer = setTimeout(resolve, timeoutMs);
    this.#waiting.add(waiter);
    await promise;
    clearTimeout(timer);
    this.#waiting.delete(waiter);
    return this.#has(seq);
  }

  #has(seq: number): boolean {
    return this.#state === 'live' && this.seq >= seq;
  }

  #confirmReached(): void {
    for (let first = this.#unconfirmed[0]; first && first.seq <= this.seq; first = this.#unconfirmed[0]) {
      this.#unconfirmed.shift();
      this.confirm(first);
    }
  }

  #accept(instant: Instant): void {
    if (instant.askedAt <= this.#confirmedAt) return;
    this.#confirmedAt = instant.askedAt;
    this.#asOfMs = Math.floor(instant.databaseMs);
    this.clock.adopt(instant);
  }

  #settle(): void {
    for (const waiter of this.#waiting) if (this.#has(waiter.seq)) waiter.resolve();
  }
}
