import type { Database } from '../../../platform/db/database.ts';
import { HEAD_SQL, type HeadRow } from './load.ts';
import { OwnConnection } from './own-connection.ts';
import type { Replica } from './replica.ts';

const EVERY_MS = 250;
/** An answer that comes later than this is not worth waiting for; to be connected is. */
const ANSWER_MS_MAX = 500;
const CONNECT_MS_MAX = 2_000;

/**
 * Asks PostgreSQL, on a connection of its own, whether what this node has applied is all there is. Only this
 * makes an answer CLEAR: no message and no silence confirms anything.
 */
export class Freshness {
  readonly #replica: Replica;
  readonly #connection: OwnConnection;
  readonly #behind: () => void;
  #timer: NodeJS.Timeout | undefined;
  #asking: Promise<void> | undefined;
  #stopped = false;

  /** `behind`: PostgreSQL has entries that this node has not. */
  constructor(options: { db: Database; replica: Replica; behind: () => void }) {
    this.#replica = options.replica;
    this.#behind = options.behind;
    this.#connection = new OwnConnection({
      db: options.db,
      name: 'freshness',
      connectTimeoutMs: CONNECT_MS_MAX,
      queryTimeoutMs: ANSWER_MS_MAX,
    });
  }

  /** Resolves after the first question, answered or not. */
  async start(): Promise<void> {
    this.#timer ??= setInterval(() => void this.#ask(), EVERY_MS);
    await this.#ask();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#asking;
    await this.#connection.close();
  }

  /** For a lookup that finds the confirmation too old: true when there is a new one within the time. */
  async refresh(timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    // A question that is under way may be too old to help when it is answered; the one after it is not.
    for (let attempt = 0; attempt < 2; attempt++) {
      await within(this.#ask(), deadline);
      if (this.#replica.isFresh(performance.now())) return true;
      if (this.#replica.state === 'live' && this.#replica.lag > 0) {
        const leftMs = Math.max(0, deadline - performance.now());
        await this.#replica.reached(this.#replica.seq + this.#replica.lag, leftMs);
        if (this.#replica.isFresh(performance.now())) return true;
      }
      if (performance.now() >= deadline) return false;
    }
    return false;
  }

  /** One question at a time, shared by everybody who waits for an answer. */
  #ask(): Promise<void> {
    this.#asking ??= this.#question()
      .catch(() => {})
      .finally(() => {
        this.#asking = undefined;
      });
    return this.#asking;
  }

  async #question(): Promise<void> {
    if (this.#stopped || this.#replica.state !== 'live') return;
    await this.#connection.use(async (client) => {
      const { load, seq: appliedWhenAsked } = this.#replica;
      const askedAt = performance.now();
      const [head] = (await client.query<HeadRow>({ name: 'head', text: HEAD_SQL })).rows;
      const answeredAt = performance.now();
      if (head === undefined) return;
      const { epoch, seq, hash, now_ms: databaseMs } = head;
      const instant = { databaseMs, askedAt, answeredAt };
      this.#replica.confirm({ epoch, seq, hash, load, appliedWhenAsked, instant });
      if (seq > this.#replica.seq) this.#behind();
    });
  }
}

async function within(work: Promise<void>, deadline: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, Math.max(0, deadline - performance.now()));
  await Promise.race([work, promise]);
  clearTimeout(timer);
}
