/** The database's time as one answer of it told, and between which monotonic instants that was. */
export interface Instant {
  /** statement_timestamp(), milliseconds since 1970. */
  readonly databaseMs: number;
  /** performance.now() before the question was sent. */
  readonly askedAt: number;
  /** performance.now() after the answer was read. */
  readonly answeredAt: number;
}

/**
 * This node's "now": database time plus monotonic elapsed, known only up to the round trip of the question. The
 * wall clock of this machine plays no part, so setting it changes nothing.
 */
export class DatabaseClock {
  #toLower = Number.NEGATIVE_INFINITY;
  #toUpper = Number.POSITIVE_INFINITY;
  #floor = Number.NEGATIVE_INFINITY;

  adopt(instant: Instant): void {
    this.#toLower = instant.databaseMs - instant.answeredAt;
    this.#toUpper = instant.databaseMs - instant.askedAt;
  }

  /** An entry with this `at` has been applied, so now is not before it, whatever the round trip says. */
  reached(at: number): void {
    if (at > this.#floor) this.#floor = at;
  }

  /** The earliest it can be: until then an exclusion still holds. */
  lower(monotonicMs: number): number {
    return monotonicMs + this.#toLower;
  }

  /** The latest it can be: from then on an exclusion holds. */
  upper(monotonicMs: number): number {
    const upper = monotonicMs + this.#toUpper;
    return upper > this.#floor ? upper : this.#floor;
  }
}
