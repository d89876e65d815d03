import type { Interval } from '../log/entry.ts';
import {
  END_LOW,
  findSlot,
  HIGHS,
  insertSlot,
  newShard,
  removeSlot,
  reserveInShard,
  type Shard,
  SLOT_WORDS,
  START_LOW,
} from './shard.ts';

/** A shard grows in under a millisecond even with ten million keys in the table. */
const SHARD_BITS = 8;
const SHARDS = 2 ** SHARD_BITS;
const SHARD_SHIFT = 32 - SHARD_BITS;

const HALF = 2 ** 32;
const HIGH_PERMANENT = 0xffff;
const LOW_PERMANENT = 0xffffffff;
/** Start high and end high are both all ones: the slot's low word is a number in the overflow. */
const OVERFLOW = 0xffffffff;
/** Times the slot can hold; before the lower bound nothing is still in force, past the upper is for ever. */
const ENDS_MIN = HALF;
const TIME_MAX = (HIGH_PERMANENT - 1) * HALF;

/**
 * Every identifier in the register with the interval in which it is excluded: 128-bit keys in open addressing
 * over typed arrays. The rare key with several intervals (active 24h and pending 1y, two people on one phone)
 * points into an overflow. Probing allocates nothing.
 */
export class IntervalTable {
  /** After a probe: the earliest start still to come among the key's intervals, or Infinity. */
  pendingStartsAt = Number.POSITIVE_INFINITY;
  readonly #shards: Shard[] = Array.from({ length: SHARDS }, () => newShard());
  readonly #overflow: (Float64Array | undefined)[] = [];
  readonly #overflowFree: number[] = [];
  readonly #key = new Uint32Array(4);
  #sweepShard = 0;
  #sweepAt = 0;

  /** Number of identifiers. */
  get size(): number {
    return this.#shards.reduce((sum, shard) => sum + shard.count, 0);
  }

  get bytes(): number {
    return this.#shards.reduce((sum, shard) => sum + shard.slots.byteLength, 0);
  }

  /** Number of identifiers with several intervals. */
  get overflowing(): number {
    return this.#overflow.length - this.#overflowFree.length;
  }

  /** Room for so many keys, so that loading neither grows nor wastes. */
  reserve(count: number): void {
    const mean = count / SHARDS;
    // Two standard deviations: keys are uniform, so few shards get more than this and have to grow.
    for (const shard of this.#shards) reserveInShard(shard, Math.ceil(mean + 2 * Math.sqrt(mean)));
  }

  /**
   * Is the key in an interval now? Now is known up to the bounds: an exclusion begins by `upper` and ends by
   * `lower`. `text` is the key as latin1, the cheapest form a hash comes in.
   */
  probe(text: string, lower: number, upper: number): boolean {
    const key = this.#key;
    for (let word = 0; word < 4; word++) {
      const at = word * 4;
      key[word] =
        (text.charCodeAt(at) << 24) |
        (text.charCodeAt(at + 1) << 16) |
        (text.charCodeAt(at + 2) << 8) |
        text.charCodeAt(at + 3);
    }
    return this.#probe(lower, upper);
  }

  /** The same for a key as 16 bytes. */
  probeBytes(bytes: Uint8Array, lower: number, upper: number): boolean {
    this.#readKey(bytes, 0);
    return this.#probe(lower, upper);
  }

  /** Replaces everything known of the key. */
  replace(bytes: Uint8Array, intervals: readonly Interval[]): void {
    this.#readKey(bytes, 0);
    const spans = merged(intervals);
    const shard = this.#shard();
    const at = findSlot(shard, this.#key);
    if (spans.length === 0) {
      if (at >= 0) this.#remove(shard, at);
    } else this.#store(shard, at, spans);
  }

  /** Adds one interval to what is known of the key at `offset` in the bytes; what loading does. */
  add(bytes: Uint8Array, offset: number, span: { startsAt: number; endsAt: number }): void {
    if (span.endsAt < ENDS_MIN) return;
    this.#readKey(bytes, offset);
    const shard = this.#shard();
    const at = findSlot(shard, this.#key);
    if (at >= 0) this.#store(shard, at, mergedSpans([...this.#spansAt(shard.slots, at), span]));
    else {
      const fresh = insertSlot(shard, this.#key);
      this.#write(shard.slots, fresh, span.startsAt, span.endsAt);
    }
  }

  /** Whether anything of the key was not over at that time. */
  holds(bytes: Uint8Array, at: number): boolean {
    return this.intervalsOf(bytes).some(({ endsAt }) => endsAt === null || endsAt > at);
  }

  /** The intervals of a key, for tests and for those who are not in a hurry. */
  intervalsOf(bytes: Uint8Array): Interval[] {
    this.#readKey(bytes, 0);
    const shard = this.#shard();
    const at = findSlot(shard, this.#key);
    if (at < 0) return [];
    return this.#spansAt(shard.slots, at).map(({ startsAt, endsAt }) => ({
      startsAt,
      endsAt: endsAt === Number.POSITIVE_INFINITY ? null : endsAt,
    }));
  }

  /**
   * Looks at the next so many slots and lets go of what was over by then; what ended last of a key, and is followed by
   * nothing that has begun, is kept until it was over by `quiet`.
   */
  sweep(times: { readonly over: number; readonly quiet: number }, slots: number): void {
    for (let seen = 0; seen < slots; seen++) {
      const shard = this.#shards[this.#sweepShard]!;
      if (this.#sweepAt >= shard.slots.length) {
        this.#sweepAt = 0;
        this.#sweepShard = (this.#sweepShard + 1) % SHARDS;
        continue;
      }
      if (!this.#sweepSlot(shard, this.#sweepAt, times)) this.#sweepAt += SLOT_WORDS;
    }
  }

  /** True when another key has moved into the slot. */
  #sweepSlot(shard: Shard, at: number, { over, quiet }: { over: number; quiet: number }): boolean {
    const highs = shard.slots[at + HIGHS]!;
    if (highs === 0) return false;
    // Nearly every slot, four times a second: told without an allocation, between two answers.
    const endHigh = highs & HIGH_PERMANENT;
    const isOver = endHigh !== HIGH_PERMANENT && endHigh * HALF + shard.slots[at + END_LOW]! <= over;
    if (highs !== OVERFLOW && !isOver) return false;
    const spans = this.#spansAt(shard.slots, at);
    let last = quiet;
    for (const { startsAt, endsAt } of spans) if (startsAt <= over && endsAt > last) last = endsAt;
    const left = spans.filter(({ endsAt }) => endsAt > over || (endsAt > quiet && endsAt === last));
    if (left.length === spans.length) return false;
    if (left.length > 0) {
      this.#store(shard, at, left);
      return false;
    }
    this.#remove(shard, at);
    return true;
  }

  #probe(lower: number, upper: number): boolean {
    this.pendingStartsAt = Number.POSITIVE_INFINITY;
    const shard = this.#shard();
    const at = findSlot(shard, this.#key);
    if (at < 0) return false;
    const { slots } = shard;
    const highs = slots[at + HIGHS]!;
    if (highs === OVERFLOW) return this.#probeOverflow(slots[at + START_LOW]!, lower, upper);
    const startsAt = (highs >>> 16) * HALF + slots[at + START_LOW]!;
    if (startsAt > upper) {
      this.pendingStartsAt = startsAt;
      return false;
    }
    const endHigh = highs & HIGH_PERMANENT;
    return endHigh === HIGH_PERMANENT || endHigh * HALF + slots[at + END_LOW]! > lower;
  }

  #probeOverflow(index: number, lower: number, upper: number): boolean {
    const spans = this.#overflow[index]!;
    let active = false;
    for (let i = 0; i < spans.length; i += 2) {
      const startsAt = spans[i]!;
      if (startsAt > upper) {
        if (startsAt < this.pendingStartsAt) this.pendingStartsAt = startsAt;
      } else if (spans[i + 1]! > lower) active = true;
    }
    return active;
  }

  #readKey(bytes: Uint8Array, offset: number): void {
    const key = this.#key;
    for (let word = 0; word < 4; word++) {
      const at = offset + word * 4;
      key[word] = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    }
  }

  #shard(): Shard {
    return this.#shards[this.#key[0]! >>> SHARD_SHIFT]!;
  }

  #store(shard: Shard, found: number, spans: readonly Span[]): void {
    const at = found >= 0 ? found : insertSlot(shard, this.#key);
    const { slots } = shard;
    // A slot just made still holds the times of the one that moved away.
    const known = found >= 0 && slots[at + HIGHS] === OVERFLOW ? slots[at + START_LOW]! : -1;
    const [only] = spans;
    if (spans.length === 1 && only !== undefined) {
      if (known >= 0) this.#freeOverflow(known);
      this.#write(slots, at, only.startsAt, only.endsAt);
      return;
    }
    const index = known >= 0 ? known : (this.#overflowFree.pop() ?? this.#overflow.length);
    this.#overflow[index] = Float64Array.from(spans.flatMap((span) => [span.startsAt, span.endsAt]));
    slots[at + START_LOW] = index;
    slots[at + END_LOW] = 0;
    slots[at + HIGHS] = OVERFLOW;
  }

  #remove(shard: Shard, at: number): void {
    if (shard.slots[at + HIGHS] === OVERFLOW) this.#freeOverflow(shard.slots[at + START_LOW]!);
    removeSlot(shard, at);
  }

  #freeOverflow(index: number): void {
    this.#overflow[index] = undefined;
    this.#overflowFree.push(index);
  }

  #write(slots: Uint32Array, at: number, startsAt: number, endsAt: number): void {
    const start = startsAt < 0 ? 0 : startsAt < TIME_MAX ? startsAt : TIME_MAX;
    const startHigh = Math.floor(start / HALF);
    const forEver = endsAt >= TIME_MAX;
    const endHigh = forEver ? HIGH_PERMANENT : Math.floor(endsAt / HALF);
    slots[at + START_LOW] = start - startHigh * HALF;
    slots[at + END_LOW] = forEver ? LOW_PERMANENT : endsAt - endHigh * HALF;
    slots[at + HIGHS] = (startHigh << 16) | endHigh;
  }

  #spansAt(slots: Uint32Array, at: number): Span[] {
    const highs = slots[at + HIGHS]!;
    if (highs !== OVERFLOW) {
      const endHigh = highs & HIGH_PERMANENT;
      const endsAt =
        endHigh === HIGH_PERMANENT ? Number.POSITIVE_INFINITY : endHigh * HALF + slots[at + END_LOW]!;
      return [{ startsAt: (highs >>> 16) * HALF + slots[at + START_LOW]!, endsAt }];
    }
    const values = this.#overflow[slots[at + START_LOW]!]!;
    const spans: Span[] = [];
    for (let i = 0; i < values.length; i += 2) spans.push({ startsAt: values[i]!, endsAt: values[i + 1]! });
    return spans;
  }
}

/** An interval whose end is Infinity when it is permanent. */
interface Span {
  readonly startsAt: number;
  readonly endsAt: number;
}

function merged(intervals: readonly Interval[]): Span[] {
  return mergedSpans(
    intervals.map(({ startsAt, endsAt }) => ({ startsAt, endsAt: endsAt ?? Number.POSITIVE_INFINITY })),
  );
}

/** In order and without overlaps: whether now is in any of them stays the same, and mostly one is left. */
function mergedSpans(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  const sorted = spans
    .filter((span) => span.endsAt >= ENDS_MIN && span.endsAt > span.startsAt)
    .sort((a, b) => a.startsAt - b.startsAt);
  for (const span of sorted) {
    const last = result.at(-1);
    if (last !== undefined && span.startsAt <= last.endsAt) {
      result[result.length - 1] = {
        startsAt: last.startsAt,
        endsAt: Math.max(last.endsAt, span.endsAt),
      };
    } else result.push(span);
  }
  return result;
}
