interface KeyEnd {
  readonly expiresAt: number;
  readonly endsAt: number;
}

/** Ends this node remembers; more than these are estimated anew. */
const KNOWN_MAX = 10_000;

/**
 * When keys end, by the node's own clock. Each reading of the database gives an estimate that is early by as long as
 * the reading took: the first one holds for everybody, or a key that has ended on a socket would still be good
 * over HTTP for a moment.
 */
export class KeyEnds {
  readonly #known = new Map<string, KeyEnd>();

  /** @param readAtMs when the row was asked for: the end is never later than it really is */
  of(keyId: string, expiresAt: Date, leftMs: number, readAtMs: number): number {
    const known = this.#known.get(keyId);
    if (known?.expiresAt === expiresAt.getTime()) return known.endsAt;
    if (known === undefined && this.#known.size >= KNOWN_MAX) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    const endsAt = readAtMs + leftMs;
    this.#known.set(keyId, { expiresAt: expiresAt.getTime(), endsAt });
    return endsAt;
  }
}
