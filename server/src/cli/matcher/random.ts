/** A seeded source of chance: the same seed, the same people and the same slips (mulberry32). */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  is(share: number): boolean {
    return this.next() < share;
  }

  pick<TItem>(items: readonly TItem[]): TItem {
    return items[this.below(items.length)]!;
  }

  /** The nth item in proportion to 1 / (n + 2)^steepness. */
  pickFrequent<TItem>(items: readonly TItem[], steepness: number): TItem {
    const weights = frequencies(items.length, steepness);
    const at = this.next();
    let low = 0;
    let high = weights.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (weights[middle]! > at) high = middle;
      else low = middle + 1;
    }
    return items[low]!;
  }
}

const known = new Map<string, Float64Array>();

/** Cumulated, up to 1. */
function frequencies(count: number, steepness: number): Float64Array {
  const name = `${count} ${steepness}`;
  const made = known.get(name);
  if (made !== undefined) return made;
  const weights = Float64Array.from({ length: count }, (_, n) => 1 / (n + 2) ** steepness);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  let up = 0;
  const cumulated = weights.map((weight) => {
    up += weight / sum;
    return up;
  });
  known.set(name, cumulated);
  return cumulated;
}
