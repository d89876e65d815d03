import { KingaError } from '@kinga/shared/contract/errors.ts';

const RETRY_AFTER_MS = 1_000;

/**
 * One at a time, in the order they came, and not more than so many waiting: what costs the database much must not
 * take its time from the lookups. Whoever waits holds no connection.
 */
export class Turns {
  readonly #waitingMax: number;
  #last: Promise<unknown> = Promise.resolve();
  #count = 0;

  constructor(waitingMax: number) {
    this.#waitingMax = waitingMax;
  }

  async take<TResult>(work: () => Promise<TResult>): Promise<TResult> {
    if (this.#count > this.#waitingMax) {
      throw new KingaError('RATE_LIMITED', 'Too many ask for this at once', { retryAfterMs: RETRY_AFTER_MS });
    }
    this.#count++;
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => {});
    try {
      return await mine;
    } finally {
      this.#count--;
    }
  }
}
