import { mix } from './mix.ts';

/** A cell is a bitmap of 32 numbers that follow each other; 262,144 cells of 16 bytes, four of them a set. */
const CELL_SHIFT = 5;
const CELL_MASK = 31;
const WAYS = 4;
const SETS = 2 ** 16;
const STRIDE = 4;
const TAG = 0;
const GENERATION = 1;
const NOW = 2;
const BEFORE = 3;

/** A chain is followed no further than this, whatever the policy says: nothing may hold up the answering. */
export const CHAIN_MAX = 1_000;

export interface ChainRules {
  /** Two numbers this close follow each other. */
  readonly stepMax: number;
  /** From so many on nothing more is counted. */
  readonly enough: number;
}

/**
 * Which numbers were asked lately, in fixed memory: those of the present window and of the one before it. What is
 * kept is a bit in a cell that is found by a hash, so that neither an operator nor a number can be read from it.
 * When there are more cells than memory, those with the fewest numbers go first: a scan fills its cells, and
 * honest questions, spread over millions of numbers, leave one number in each.
 */
export class AskedNumbers {
  readonly #words = new Int32Array(SETS * WAYS * STRIDE);
  /** After an `add`: the other numbers of its cell. */
  #besides = 0;

  /** `place`: what tells operators and kinds of numbers apart. True: it was not asked within the window. */
  add(place: number, number: number, generation: number): boolean {
    const words = this.#words;
    const at = this.#enter(place, number >>> CELL_SHIFT, generation);
    const bit = 1 << (number & CELL_MASK);
    if (words[at + GENERATION] !== generation) {
      words[at + BEFORE] = words[at + GENERATION] === generation - 1 ? words[at + NOW]! : 0;
      words[at + NOW] = 0;
      words[at + GENERATION] = generation;
    }
    const before = words[at + NOW]! | words[at + BEFORE]!;
    words[at + NOW] = words[at + NOW]! | bit;
    this.#besides = before & ~bit;
    return (before & bit) === 0;
  }

  /**
   * How many of the numbers asked make a chain through this one. Up to `stepMax` on is the next link; up to twice
   * that costs a link instead, so that a scan with a few wide steps among its small ones is one chain, and honest
   * numbers, with more wide gaps than close ones, are none. To be asked right after the number was added.
   */
  chain(place: number, number: number, generation: number, rules: ChainRules): number {
    if (this.#besides === 0 && isInside(number & CELL_MASK, 2 * rules.stepMax)) return 1;
    const enough = Math.min(rules.enough, CHAIN_MAX);
    const left = this.#follow(place, number, generation, -1, enough, rules.stepMax);
    if (left + 1 >= enough) return left + 1;
    return left + 1 + this.#follow(place, number, generation, 1, enough - left, rules.stepMax);
  }

  #follow(
    place: number,
    number: number,
    generation: number,
    direction: 1 | -1,
    enough: number,
    stepMax: number,
  ): number {
    let links = 0;
    let most = 0;
    let from = number;
    for (let hops = 0; most < enough && hops < 2 * CHAIN_MAX; hops++) {
      const gap =
        direction === 1
          ? this.#gapAfter(place, from, generation, 2 * stepMax)
          : this.#gapBefore(place, from, generation, 2 * stepMax);
      if (gap === 0) break;
      links += gap <= stepMax ? 1 : -1;
      if (links > most) most = links;
      from += direction * gap;
    }
    return most;
  }

  /** How far it is to the next greater number asked; 0: further than `max`. */
  #gapAfter(place: number, number: number, generation: number, max: number): number {
    const last = (number + max) >>> CELL_SHIFT;
    for (let cell = number >>> CELL_SHIFT; cell <= last; cell++) {
      let bits = this.#bits(place, cell, generation);
      // Two shifts: one by 32 would be one by nothing.
      if (cell === number >>> CELL_SHIFT) bits &= (-1 << (number & CELL_MASK)) << 1;
      if (bits === 0) continue;
      const gap = (cell << CELL_SHIFT) + (31 - Math.clz32(bits & -bits)) - number;
      return gap <= max ? gap : 0;
    }
    return 0;
  }

  #gapBefore(place: number, number: number, generation: number, max: number): number {
    const last = Math.max(0, number - max) >>> CELL_SHIFT;
    for (let cell = number >>> CELL_SHIFT; cell >= last; cell--) {
      let bits = this.#bits(place, cell, generation);
      if (cell === number >>> CELL_SHIFT) bits &= ~(-1 << (number & CELL_MASK));
      if (bits === 0) continue;
      const gap = number - ((cell << CELL_SHIFT) + (31 - Math.clz32(bits)));
      return gap <= max ? gap : 0;
    }
    return 0;
  }

  #bits(place: number, cell: number, generation: number): number {
    const words = this.#words;
    const at = this.#find(place, cell);
    if (at < 0) return 0;
    if (words[at + GENERATION] === generation) return words[at + NOW]! | words[at + BEFORE]!;
    return words[at + GENERATION] === generation - 1 ? words[at + NOW]! : 0;
  }

  #find(place: number, cell: number): number {
    const words = this.#words;
    const tag = tagOf(place, cell);
    const first = setOf(place, cell);
    for (let at = first; at < first + WAYS * STRIDE; at += STRIDE) if (words[at + TAG] === tag) return at;
    return -1;
  }

  /** The cell's place, empty when it had none. */
  #enter(place: number, cell: number, generation: number): number {
    const words = this.#words;
    const tag = tagOf(place, cell);
    const first = setOf(place, cell);
    let victim = first;
    let fewest = 64;
    for (let at = first; at < first + WAYS * STRIDE; at += STRIDE) {
      if (words[at + TAG] === tag) return at;
      const isOver = words[at + TAG] === 0 || generation - words[at + GENERATION]! > 1;
      const count = isOver ? -1 : bitCount(words[at + NOW]! | words[at + BEFORE]!);
      if (count >= fewest) continue;
      fewest = count;
      victim = at;
    }
    words[victim + TAG] = tag;
    words[victim + GENERATION] = generation;
    words[victim + NOW] = 0;
    words[victim + BEFORE] = 0;
    return victim;
  }
}

/** Nothing of another cell is within reach. */
function isInside(position: number, reach: number): boolean {
  return position >= reach && position + reach <= CELL_MASK;
}

function setOf(place: number, cell: number): number {
  return (mix(place, cell) & (SETS - 1)) * WAYS * STRIDE;
}

/** Never 0, which is an empty place. */
function tagOf(place: number, cell: number): number {
  return mix(~place, cell) | 1;
}

function bitCount(bits: number): number {
  let count = bits - ((bits >>> 1) & 0x55555555);
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333);
  return Math.imul((count + (count >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
