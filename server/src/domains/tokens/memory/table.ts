import {
  findSlot,
  insertSlot,
  newShard,
  removeSlot,
  reserveInShard,
  type Shard,
  SLOT_WORDS,
} from '../../exclusions/index.ts';
import { KeyRuns } from './keys.ts';

const SHARD_BITS = 8;
const SHARDS = 2 ** SHARD_BITS;
const SHARD_SHIFT = 32 - SHARD_BITS;

/** Behind the four words of the hash: where the keys are, until when, and whose they are with how many. */
const REF = 4;
const UNTIL = 5;
const OWNER = 6;
const COUNT_BITS = 8;
const COUNT_MASK = 2 ** COUNT_BITS - 1;

/** What a node keeps of a token that works. */
export interface Known {
  /** The number this node gave the operator. */
  operatorNo: number;
  /** In seconds since 1970; 0: for as long as it is active. */
  worksUntil: number;
  /** Where its keys are; see keysOf. */
  ref: number;
  count: number;
}

export interface Entry {
  readonly operatorNo: number;
  readonly worksUntil: number;
  /** The keys of its subject, 16 bytes each and at least one. */
  readonly keys: Uint8Array;
}

/**
 * Every token that works: the hash of its text, its operator, and the identifier keys of the person behind it;
 * open addressing over typed arrays. A token with three keys costs about 85 bytes, everything included.
 */
export class TokenTable {
  readonly #shards: Shard[] = Array.from({ length: SHARDS }, () => newShard());
  readonly #runs = new KeyRuns();
  readonly #hash = new Uint32Array(4);
  readonly #known: Known = { operatorNo: 0, worksUntil: 0, ref: 0, count: 0 };

  get size(): number {
    return this.#shards.reduce((sum, shard) => sum + shard.count, 0);
  }

  get bytes(): number {
    return this.#runs.bytes + this.#shards.reduce((sum, shard) => sum + shard.slots.byteLength, 0);
  }

  /** Room for so many, so that loading neither grows nor wastes. */
  reserve(count: number): void {
    const mean = count / SHARDS;
    for (const shard of this.#shards) reserveInShard(shard, Math.ceil(mean + 2 * Math.sqrt(mean)));
  }

  /** By the hash as latin1. The object is the same for every answer: it is read before the next question. */
  find(hash: string): Readonly<Known> | undefined {
    this.#read(hash);
    const shard = this.#shard();
    const at = findSlot(shard, this.#hash);
    if (at < 0) return undefined;
    const { slots } = shard;
    const known = this.#known;
    known.ref = slots[at + REF]!;
    known.worksUntil = slots[at + UNTIL]!;
    known.operatorNo = slots[at + OWNER]! >>> COUNT_BITS;
    known.count = slots[at + OWNER]! & COUNT_MASK;
    return known;
  }

  keysOf({ ref, count }: Readonly<Known>): string[] {
    return this.#runs.read(ref, count);
  }

  /** Replaces everything known of the token. */
  put(hash: string, { operatorNo, worksUntil, keys }: Entry): void {
    this.#read(hash);
    const shard = this.#shard();
    let at = findSlot(shard, this.#hash);
    if (at >= 0) this.#release(shard, at);
    else at = insertSlot(shard, this.#hash);
    const { slots } = shard;
    slots[at + REF] = this.#runs.store(keys);
    slots[at + UNTIL] = worksUntil;
    slots[at + OWNER] = (operatorNo << COUNT_BITS) | (keys.length / 16);
  }

  remove(hash: string): void {
    this.#read(hash);
    const shard = this.#shard();
    const at = findSlot(shard, this.#hash);
    if (at < 0) return;
    this.#release(shard, at);
    removeSlot(shard, at);
  }

  /** Lets go of those that worked until before then. */
  sweep(beforeSeconds: number): void {
    for (const shard of this.#shards) {
      for (let at = 0; at < shard.slots.length; ) {
        const until = shard.slots[at + OWNER] === 0 ? 0 : shard.slots[at + UNTIL]!;
        if (until === 0 || until >= beforeSeconds) at += SLOT_WORDS;
        else {
          // Another one may move into this slot.
          this.#release(shard, at);
          removeSlot(shard, at);
        }
      }
    }
  }

  #release({ slots }: Shard, at: number): void {
    this.#runs.release(slots[at + REF]!, slots[at + OWNER]! & COUNT_MASK);
  }

  #shard(): Shard {
    return this.#shards[this.#hash[0]! >>> SHARD_SHIFT]!;
  }

  #read(hash: string): void {
    for (let word = 0; word < 4; word++) {
      const at = word * 4;
      this.#hash[word] =
        (hash.charCodeAt(at) << 24) |
        (hash.charCodeAt(at + 1) << 16) |
        (hash.charCodeAt(at + 2) << 8) |
        hash.charCodeAt(at + 3);
    }
  }
}
