/**
 * A part of the replica's table: slots of 28 bytes in one Uint32Array, kept in the order of their second key
 * word. Because the home of a key is `word * capacity / 2^32`, that order is also the order of the homes, so
 *
 * - a search that meets a greater word has missed: at a load of 0.9 a miss looks at 5 slots, not at 50;
 * - growing copies the slots from front to back without looking anything up.
 *
 * Nothing wraps: behind the last home there is some slack, and one slot that always stays empty. A slot is
 *
 *     key 0 | key 1 | key 2 | key 3 | start low | end low | start high 16, end high 16
 *
 * with times in milliseconds since 1970 as 48 bits. The last word of a used slot is never 0.
 */
export interface Shard {
  slots: Uint32Array;
  /** Number of homes; the array has SLACK_SLOTS + 1 more slots. */
  capacity: number;
  count: number;
}

export const SLOT_WORDS = 7;
export const START_LOW = 4;
export const END_LOW = 5;
export const HIGHS = 6;

/** Density against the length of a search; with GROWTH it costs 31 to 36 bytes per key. */
const LOAD_MAX = 0.9;
const GROWTH = 1.15;
const CAPACITY_MIN = 8;
const SLACK_SLOTS = 48;
const HOME_SCALE = 2 ** -32;

export function newShard(capacity = CAPACITY_MIN): Shard {
  return { slots: slotsFor(capacity), capacity, count: 0 };
}

function slotsFor(capacity: number): Uint32Array {
  return new Uint32Array((capacity + SLACK_SLOTS + 1) * SLOT_WORDS);
}

/** The truncation to 32 bits keeps the arithmetic in integers; a shard has fewer than 2^31 words. */
function home(word: number, capacity: number): number {
  return Math.imul((word * capacity * HOME_SCALE) | 0, SLOT_WORDS);
}

/** The first word of the key's slot, or -1. */
export function findSlot(shard: Shard, key: Uint32Array): number {
  const { slots } = shard;
  const word = key[1]!;
  let at = home(word, shard.capacity);
  for (; ; at += SLOT_WORDS) {
    const other = slots[at + 1]!;
    if (other > word) return -1;
    if (other === word) {
      if (slots[at] === key[0] && slots[at + 2] === key[2] && slots[at + 3] === key[3]) {
        if (slots[at + HIGHS] !== 0) return at;
      }
    }
    if (slots[at + HIGHS] === 0) return -1;
  }
}

/** Makes a slot for a key that has none; the caller fills in the times before anything else happens. */
export function insertSlot(shard: Shard, key: Uint32Array): number {
  if (shard.count + 1 > shard.capacity * LOAD_MAX) growShard(shard);
  for (;;) {
    const at = tryInsert(shard, key);
    if (at >= 0) return at;
    growShard(shard);
  }
}

/** -1 when the cluster has reached the end of the slack. */
function tryInsert(shard: Shard, key: Uint32Array): number {
  const { slots } = shard;
  const word = key[1]!;
  let at = home(word, shard.capacity);
  while (slots[at + HIGHS] !== 0 && slots[at + 1]! <= word) at += SLOT_WORDS;
  let end = at;
  while (slots[end + HIGHS] !== 0) end += SLOT_WORDS;
  if (end + SLOT_WORDS >= slots.length) return -1;
  if (end > at) slots.copyWithin(at + SLOT_WORDS, at, end);
  slots[at] = key[0]!;
  slots[at + 1] = word;
  slots[at + 2] = key[2]!;
  slots[at + 3] = key[3]!;
  shard.count++;
  return at;
}

/** Backward shift: everything behind that is not at its home moves one forward, so no tombstone is needed. */
export function removeSlot(shard: Shard, at: number): void {
  const { slots, capacity } = shard;
  let end = at + SLOT_WORDS;
  while (slots[end + HIGHS] !== 0) {
    if (home(slots[end + 1]!, capacity) === end) break;
    end += SLOT_WORDS;
  }
  slots.copyWithin(at, at + SLOT_WORDS, end);
  slots.fill(0, end - SLOT_WORDS, end);
  shard.count--;
}

/** Makes room for so many keys at once; only ever grows. */
export function reserveInShard(shard: Shard, count: number): void {
  const capacity = Math.ceil(count / LOAD_MAX);
  if (capacity > shard.capacity) rebuild(shard, capacity);
}

function growShard(shard: Shard): void {
  rebuild(shard, Math.ceil(shard.capacity * GROWTH) + 1);
}

function rebuild(shard: Shard, capacity: number): void {
  const { slots: old } = shard;
  const fresh = slotsFor(capacity);
  let next = 0;
  for (let at = 0; at < old.length; at += SLOT_WORDS) {
    if (old[at + HIGHS] === 0) continue;
    const wanted = home(old[at + 1]!, capacity);
    const to = wanted > next ? wanted : next;
    next = to + SLOT_WORDS;
    if (next >= fresh.length) {
      rebuild(shard, Math.ceil(capacity * GROWTH) + 1);
      return;
    }
    for (let word = 0; word < SLOT_WORDS; word++) fresh[to + word] = old[at + word]!;
  }
  shard.slots = fresh;
  shard.capacity = capacity;
  // Gives the memory back now instead of whenever the collector comes by: growing 10 million keys would
  // otherwise leave every earlier size behind for a while.
  (old.buffer as ArrayBuffer).transfer(0);
}
