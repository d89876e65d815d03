import { wordAt } from './mix.ts';

/** 2,048 registers of a byte: a count is wrong by 2.3 % on average, however large it is. */
const BITS = 11;
export const REGISTERS = 2 ** BITS;
/** What is left of a word for the rank. */
const RANK_BITS = 32 - BITS;
const RANK_MAX = RANK_BITS + 1;
/** Of the keyed hash: other bits than those by which people are told from each other in asked-people.ts. */
const WORD = 12;
const SCALE = REGISTERS ** 2 / (2 * Math.LN2);

/**
 * How many different hashes it was shown, in fixed memory and without keeping any: a HyperLogLog. The same one
 * again changes nothing, and two sketches are made one by the greater of each register. As the hashes are keyed,
 * nobody can choose whom to ask about so that they are not counted.
 */
export class Sketch {
  readonly registers = new Uint8Array(REGISTERS);
  /** How many registers stand at each rank: all that the count needs. */
  readonly #ranks = new Int32Array(RANK_MAX + 1);

  constructor() {
    this.#ranks[0] = REGISTERS;
  }

  /** True when it shows: every time while there are few, and ever more seldom. `hash`: keyed, as latin1. */
  add(hash: string): boolean {
    const word = wordAt(hash, WORD);
    return this.#raise(word & (REGISTERS - 1), Math.clz32(word >>> BITS) - BITS + 1);
  }

  merge(registers: Uint8Array): void {
    for (let at = 0; at < REGISTERS; at++) this.#raise(at, Math.min(registers[at] ?? 0, RANK_MAX));
  }

  /** Ertl's estimator ("New cardinality estimation algorithms for HyperLogLog sketches", 2017), for 32 bits. */
  count(): number {
    const ranks = this.#ranks;
    let sum = 0;
    for (let rank = RANK_BITS; rank > 0; rank--) sum = (sum + ranks[rank]!) / 2;
    return Math.round(SCALE / (sum + REGISTERS * sigma(ranks[0]! / REGISTERS)));
  }

  #raise(at: number, rank: number): boolean {
    const known = this.registers[at]!;
    if (rank <= known) return false;
    this.#ranks[known]!--;
    this.#ranks[rank]!++;
    this.registers[at] = rank;
    return true;
  }
}

/** Of the part of the registers that are still empty; infinite when all are, so that the count is 0. */
function sigma(empty: number): number {
  if (empty === 1) return Number.POSITIVE_INFINITY;
  let sum = empty;
  let before = -1;
  for (let power = empty, weight = 1; sum !== before; weight *= 2) {
    power *= power;
    before = sum;
    sum += power * weight;
  }
  return sum;
}
