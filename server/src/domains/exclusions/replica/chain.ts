import { GENESIS_HASH, hashOf, type LogEntry } from '../log/entry.ts';

/** How many places back a node still knows the hash: what is applied while one question is under way. */
const HASHES_KEPT = 8_192;

/** How far this node has applied the register's log. */
export class Chain {
  #seq = 0;
  #hash = GENESIS_HASH;
  readonly #hashes: string[] = new Array<string>(HASHES_KEPT).fill('');
  #oldest = 0;

  get seq(): number {
    return this.#seq;
  }

  get hash(): string {
    return this.#hash;
  }

  start(seq: number, hash: string): void {
    this.#oldest = seq;
    this.#set(seq, hash);
  }

  /** Only an entry that continues both the seq and the hash; its own hash is computed, not believed. */
  continues(entry: LogEntry): boolean {
    return entry.seq === this.#seq + 1 && entry.hash === hashOf(this.#hash, entry);
  }

  advance(entry: LogEntry): void {
    this.#set(entry.seq, entry.hash);
  }

  /** The hash this node has at a place, or undefined when that is too long ago or still to come. */
  hashAt(seq: number): string | undefined {
    if (seq > this.#seq || seq < this.#oldest || seq <= this.#seq - HASHES_KEPT) return undefined;
    return this.#hashes[seq % HASHES_KEPT];
  }

  #set(seq: number, hash: string): void {
    this.#seq = seq;
    this.#hash = hash;
    this.#hashes[seq % HASHES_KEPT] = hash;
  }
}
