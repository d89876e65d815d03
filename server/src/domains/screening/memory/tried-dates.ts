import { DATES_PER_NAME_MAX as DATES } from '@kinga/shared/policy/values.ts';
import { mixText } from './mix.ts';

/** As in asked-people.ts: never less than the hour. */
const SLOT_MS = 300_000;
const SLOTS = 13;

/** 65,536 names of 112 bytes, four of them a set. */
const WAYS = 4;
const SETS = 2 ** 14;
const LOW = 0;
const HIGH = 1;
const SLOT = 2;
/** When it was a possible match last; 0: never. */
const MATCHED = 3;
/** From here on a date, and when it was asked last. */
const FIRST = 4;
const PER_DATE = 2;
const WORDS = FIRST + DATES * PER_DATE;

/**
 * Which dates of birth an operator tried with a name within the hour, in fixed memory. When there are more names
 * than memory, those with the fewest dates go first.
 */
export class TriedDates {
  readonly #words = new Int32Array(SETS * WAYS * WORDS);

  /** The place of a name, made when there is none. */
  placeOf(operator: number, name: string, nowMs: number): number {
    const words = this.#words;
    const low = mixText(operator, name) | 1;
    const high = mixText(~operator, name);
    const slot = slotAt(nowMs);
    const first = (high & (SETS - 1)) * WAYS * WORDS;
    for (let at = first; at < first + WAYS * WORDS; at += WORDS) {
      if (words[at + LOW] !== low || words[at + HIGH] !== high) continue;
      words[at + SLOT] = slot;
      return at;
    }
    const at = this.#leastTried(first, slot);
    words.fill(0, at, at + WORDS);
    words[at + LOW] = low;
    words[at + HIGH] = high;
    words[at + SLOT] = slot;
    return at;
  }

  count(at: number): number {
    return this.#countAt(at, this.#words[at + SLOT]!);
  }

  knows(at: number, date: string): boolean {
    const words = this.#words;
    const tag = tagOf(date);
    for (let i = at + FIRST; i < at + WORDS; i += PER_DATE) {
      if (words[i] === tag && isWithin(words[i + 1]!, words[at + SLOT]!)) return true;
    }
    return false;
  }

  /** In the place of the oldest when there is none left. */
  add(at: number, date: string): void {
    const words = this.#words;
    const tag = tagOf(date);
    let oldest = at + FIRST;
    for (let i = at + FIRST; i < at + WORDS; i += PER_DATE) {
      if (words[i] === tag) {
        oldest = i;
        break;
      }
      if (words[i + 1]! < words[oldest + 1]!) oldest = i;
    }
    words[oldest] = tag;
    words[oldest + 1] = words[at + SLOT]!;
  }

  match(at: number): void {
    this.#words[at + MATCHED] = this.#words[at + SLOT]!;
  }

  isMatched(at: number): boolean {
    return isWithin(this.#words[at + MATCHED]!, this.#words[at + SLOT]!);
  }

  #countAt(at: number, slot: number): number {
    let count = 0;
    for (let i = at + FIRST; i < at + WORDS; i += PER_DATE) if (isWithin(this.#words[i + 1]!, slot)) count++;
    return count;
  }

  #leastTried(first: number, slot: number): number {
    let victim = first;
    let fewest = Number.POSITIVE_INFINITY;
    for (let at = first; at < first + WAYS * WORDS; at += WORDS) {
      const count = this.#countAt(at, slot);
      if (count >= fewest) continue;
      fewest = count;
      victim = at;
    }
    return victim;
  }
}

/** Never 0, which is no time. */
function slotAt(nowMs: number): number {
  return Math.floor(nowMs / SLOT_MS) + 1;
}

function isWithin(slot: number, now: number): boolean {
  return slot !== 0 && now - slot < SLOTS;
}

function tagOf(date: string): number {
  return mixText(0, date) | 1;
}
