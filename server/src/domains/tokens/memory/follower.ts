import type { Platform } from '../../../platform/context.ts';
import { Tail } from '../../../platform/db/tail.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import type { Service } from '../../../platform/lifecycle/service.ts';
import { CHANGES_CHANNEL } from './changes.ts';
import { loadTokens, UNTIL_SECONDS, WORKS } from './load.ts';
import { TokenTable } from './table.ts';

const BUS_CHANNEL = 'tokens';
/** A node that has not heard from PostgreSQL for this long asks it about each token. */
const STALE_MS = 1_000;
const BATCH = 1_000;
const HOUR_MS = 3_600_000;
/** Changes are kept this long; a node that was away for half of it loads anew. */
const CHANGES_KEPT = '1 day';
const AWAY_MS_MAX = 12 * HOUR_MS;
const REACHED_MS = 2_000;

interface HeadRow {
  readonly epoch: string;
  readonly head: number;
  readonly now_ms: number;
}

interface ChangeRow {
  readonly seq: number;
  readonly hash: Buffer;
  readonly tenant_id: string;
  readonly works: boolean;
  readonly until: number;
  readonly keys: Buffer;
}

const HEAD_SQL = `
  SELECT set_config('kinga.tenant', '*', false), e.epoch::text AS epoch,
         (SELECT coalesce(max(seq), 0) FROM token_changes)::float8 AS head,
         (extract(epoch FROM statement_timestamp()) * 1000)::float8 AS now_ms
  FROM database_epoch e`;

const CHANGES_SQL = `
  SELECT c.seq::float8 AS seq, t.hash, t.tenant_id, ${WORKS} AS works, ${UNTIL_SECONDS}::float8 AS until, s.keys
  FROM token_changes c JOIN tokens t ON t.id = c.token_id JOIN token_subjects s ON s.id = t.subject_id
  WHERE c.seq > $1 ORDER BY c.seq LIMIT ${BATCH}`;

/** Keeps this node's table what the tokens are: loads it, and follows what changes. */
export class TokenFollower implements Service {
  readonly name = 'tokens';
  table = new TokenTable();
  readonly #platform: Platform;
  readonly #tail: Tail;
  readonly #numbers = new Map<string, number>();
  readonly #waiting = new Set<{ readonly seq: number; readonly resolve: () => void }>();
  #unsubscribe: (() => void) | undefined;
  #seq = -1;
  #epoch = '';
  #toDatabaseMs = 0;
  #tidiedAtMs = performance.now();

  constructor(platform: Platform) {
    this.#platform = platform;
    this.#tail = new Tail({
      db: platform.db,
      log: platform.log,
      name: 'tokens',
      channel: CHANGES_CHANNEL,
      head: `SELECT concat_ws(' ', epoch, (SELECT max(seq) FROM token_changes)) FROM database_epoch`,
      read: (tx) => this.#read(tx),
    });
  }

  async start(): Promise<void> {
    this.#unsubscribe = this.#platform.bus.subscribe(BUS_CHANNEL, () => this.#tail.wake());
    await this.#tail.start();
  }

  async stop(): Promise<void> {
    this.#unsubscribe?.();
    await this.#tail.stop();
  }

  /** May memory be believed? If not, PostgreSQL is asked. */
  isFresh(): boolean {
    return this.#tail.ageMs() < STALE_MS;
  }

  /** The database's time in seconds, as far as this node knows it. */
  nowSeconds(): number {
    return (performance.now() + this.#toDatabaseMs) / 1000;
  }

  /** The number by which this node's table knows an operator. */
  numberOf(operatorId: string): number {
    const known = this.#numbers.get(operatorId);
    if (known !== undefined) return known;
    const number = this.#numbers.size + 1;
    this.#numbers.set(operatorId, number);
    return number;
  }

  /**
   * After the commit: the other nodes are told to look now, and this one has looked when it resolves true, so that
   * what it acknowledges is true on it. False: it could not look in time.
   */
  async announce(seq: number): Promise<boolean> {
    this.#platform.bus.publish(BUS_CHANNEL, '');
    if (this.#seq >= seq) return true;
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiter = { seq, resolve };
    const timer = setTimeout(resolve, REACHED_MS);
    this.#waiting.add(waiter);
    this.#tail.wake();
    await promise;
    clearTimeout(timer);
    this.#waiting.delete(waiter);
    return this.#seq >= seq;
  }

  async #read(tx: Tx): Promise<void> {
    const ageMs = this.#tail.ageMs();
    const [row] = (await tx.query<HeadRow>(HEAD_SQL)).rows;
    if (row === undefined) throw new Error('the database has no epoch');
    this.#toDatabaseMs = row.now_ms - performance.now();
    // The first time, when the table is of another history, and when changes may be gone by now.
    const isKnown = this.#seq >= 0 && row.epoch === this.#epoch && row.head >= this.#seq;
    if (!isKnown || ageMs > AWAY_MS_MAX) await this.#load();
    this.#epoch = row.epoch;
    while (this.#seq < row.head) {
      const { rows } = await tx.query<ChangeRow>(CHANGES_SQL, [this.#seq]);
      for (const change of rows) this.#apply(change);
      if (rows.length < BATCH) break;
    }
    this.#settle();
    await this.#tidy(tx);
  }

  async #load(): Promise<void> {
    const startedAt = performance.now();
    const table = new TokenTable();
    this.#seq = await loadTokens(this.#platform.db, table, (operatorId) => this.numberOf(operatorId));
    this.table = table;
    const durationMs = Math.round(performance.now() - startedAt);
    this.#platform.log.info({ tokens: table.size, durationMs }, 'the tokens are loaded');
  }

  #apply({ seq, hash, tenant_id, works, until, keys }: ChangeRow): void {
    const text = hash.toString('latin1');
    if (works) this.table.put(text, { operatorNo: this.numberOf(tenant_id), worksUntil: until, keys });
    else this.table.remove(text);
    this.#seq = seq;
  }

  #settle(): void {
    for (const waiter of this.#waiting) if (this.#seq >= waiter.seq) waiter.resolve();
  }

  async #tidy(tx: Tx): Promise<void> {
    if (performance.now() - this.#tidiedAtMs < HOUR_MS) return;
    this.#tidiedAtMs = performance.now();
    this.table.sweep(Math.floor(this.nowSeconds()));
    await tx.query(
      `DELETE FROM token_changes
       WHERE at < statement_timestamp() - interval '${CHANGES_KEPT}' AND seq < (SELECT max(seq) FROM token_changes)`,
    );
  }
}
