import { wordAt } from './mix.ts';

/** An hour is twelve slots of five minutes; with the one under way thirteen are counted: never less than the hour. */
const SLOT_MS = 300_000;
const SLOTS = 13;
const COUNT_MAX = 65_535;

/** 262,144 people of 48 bytes, four of them a set. */
const WAYS = 4;
const SETS = 2 ** 16;
const WORDS = 12;
const LOW = 0;
const HIGH = 1;
const SLOT = 2;
const ELSEWHERE = 3;
const ELSEWHERE_SLOT = 4;
/** In halves of a word: where the counts of the slots begin, and their sum. */
const COUNTS = 10;
const SUM = COUNTS + SLOTS;

/**
 * How often an operator asked about a person within the hour, in fixed memory: a place is found, and told from
 * others, by 96 bits of the keyed hash and of the operator. When there are more people than memory, those asked
 * about least go first.
 */
export class AskedPeople {
  readonly #words = new Int32Array(SETS * WAYS * WORDS);
  readonly #halves = new Uint16Array(this.#words.buffer);

  /** The place of a person, made when there is none. `subject`: the keyed hash as latin1. */
  placeOf(operator: number, subject: string, nowMs: number): number {
    const words = this.#words;
    const low = (wordAt(subject, 4) ^ operator) | 1;
    const high = wordAt(subject, 8) ^ operator;
    const slot = slotAt(nowMs);
    const first = (wordAt(subject, 0) & (SETS - 1)) * WAYS * WORDS;
    for (let at = first; at < first + WAYS * WORDS; at += WORDS) {
      if (words[at + LOW] !== low || words[at + HIGH] !== high) continue;
      if (words[at + SLOT] !== slot) this.#goOn(at, slot);
      return at;
    }
    const at = this.#leastAsked(first, slot);
    // A loop: for so few words a call costs more.
    for (let i = at; i < at + WORDS; i++) words[i] = 0;
    words[at + LOW] = low;
    words[at + HIGH] = high;
    words[at + SLOT] = slot;
    return at;
  }

  /** On all nodes, as far as is known here. */
  countAt(at: number): number {
    const words = this.#words;
    const elsewhere = words[at + ELSEWHERE]!;
    if (elsewhere === 0) return this.ownCountAt(at);
    const isOld = words[at + SLOT]! - words[at + ELSEWHERE_SLOT]! >= SLOTS;
    return this.ownCountAt(at) + (isOld ? 0 : elsewhere);
  }

  ownCountAt(at: number): number {
    return this.#halves[2 * at + SUM]!;
  }

  /** One more question on this node. */
  raise(at: number): void {
    const halves = this.#halves;
    if (halves[2 * at + SUM] === COUNT_MAX) return;
    halves[2 * at + SUM]!++;
    halves[2 * at + COUNTS + (this.#words[at + SLOT]! % SLOTS)]!++;
  }

  /** What the other nodes have counted. */
  setElsewhere(at: number, count: number): void {
    this.#words[at + ELSEWHERE] = count;
    this.#words[at + ELSEWHERE_SLOT] = this.#words[at + SLOT]!;
  }

  /** What has become older than an hour is nothing any more. */
  #goOn(at: number, slot: number): void {
    const since = slot - this.#words[at + SLOT]!;
    const halves = this.#halves;
    for (let i = 0; i < Math.min(since, SLOTS); i++) {
      const half = 2 * at + COUNTS + ((slot - i) % SLOTS);
      halves[2 * at + SUM]! -= halves[half]!;
      halves[half] = 0;
    }
    this.#words[at + SLOT] = slot;
  }

  #leastAsked(first: number, slot: number): number {
    const words = this.#words;
    let victim = first;
    let fewest = Number.POSITIVE_INFINITY;
    for (let at = first; at < first + WAYS * WORDS; at += WORDS) {
      const isOver = words[at + LOW] === 0 || slot - words[at + SLOT]! >= SLOTS;
      const count = isOver ? -1 : this.countAt(at);
      if (count >= fewest) continue;
      fewest = count;
      victim = at;
    }
    return victim;
  }
}

function slotAt(nowMs: number): number {
  return Math.floor(nowMs / SLOT_MS);
}
