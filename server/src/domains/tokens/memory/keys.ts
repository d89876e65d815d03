const UNIT_BYTES = 16;
const CHUNK_BITS = 16;
const CHUNK_UNITS = 2 ** CHUNK_BITS;
const UNIT_MASK = CHUNK_UNITS - 1;

/**
 * Runs of 16-byte keys, packed one behind the other in chunks of a megabyte that never move, so that growing
 * copies nothing. A run is known by the number of its first unit; what is freed is taken again by the next run
 * of its length.
 */
export class KeyRuns {
  readonly #chunks: Buffer[] = [];
  readonly #free: number[][] = [];
  #next = 0;

  get bytes(): number {
    return this.#chunks.length * CHUNK_UNITS * UNIT_BYTES;
  }

  /** Stores the keys, which lie one behind the other, and returns their place. */
  store(keys: Uint8Array): number {
    const count = keys.length / UNIT_BYTES;
    const ref = this.#free[count]?.pop() ?? this.#append(count);
    this.#chunks[ref >>> CHUNK_BITS]!.set(keys, (ref & UNIT_MASK) * UNIT_BYTES);
    return ref;
  }

  release(ref: number, count: number): void {
    this.#free[count] ??= [];
    this.#free[count].push(ref);
  }

  /** Each as latin1, the form in which the register's replica is asked. */
  read(ref: number, count: number): string[] {
    const chunk = this.#chunks[ref >>> CHUNK_BITS]!;
    const keys: string[] = [];
    let at = (ref & UNIT_MASK) * UNIT_BYTES;
    for (let i = 0; i < count; i++, at += UNIT_BYTES)
      keys.push(chunk.toString('latin1', at, at + UNIT_BYTES));
    return keys;
  }

  /** A run lies in one chunk; what is left of the one before is lost, a few hundred bytes of a megabyte. */
  #append(count: number): number {
    if ((this.#next & UNIT_MASK) + count > CHUNK_UNITS) {
      this.#next = ((this.#next >>> CHUNK_BITS) + 1) * CHUNK_UNITS;
    }
    while (this.#chunks.length * CHUNK_UNITS < this.#next + count) {
      this.#chunks.push(Buffer.alloc(CHUNK_UNITS * UNIT_BYTES));
    }
    const ref = this.#next;
    this.#next += count;
    return ref;
  }
}
