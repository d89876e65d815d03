import { AskedNumbers } from '@kinga/server/domains/screening/memory/asked-numbers.ts';
import { NumberReader } from '@kinga/server/domains/screening/memory/number-reader.ts';
import { VERSION_ONE } from '@kinga/shared/policy/version-one.ts';
import { expect, test } from 'vitest';
import { createRandom } from '../fixtures/random.ts';

const { identifiers, stepMax } = VERSION_ONE.screening.sequentialScan;
const RULES = { stepMax, enough: identifiers };
const PLACE = 12_345;
const GENERATION = 1;

/** How many are asked until it is a scan; undefined: it never is. */
function askedUntilFound(numbers: Iterable<number>, memory = new AskedNumbers()): number | undefined {
  let asked = 0;
  for (const number of numbers) {
    asked++;
    if (!memory.add(PLACE, number, GENERATION)) continue;
    if (memory.chain(PLACE, number, GENERATION, RULES) >= identifiers) return asked;
  }
  return undefined;
}

const from = (first: number, count: number, step: (i: number) => number) => {
  const numbers = [first];
  while (numbers.length < count) numbers.push(numbers.at(-1)! + step(numbers.length));
  return numbers;
};

function shuffled<TItem>(items: readonly TItem[], random: () => number): TItem[] {
  const all = [...items];
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all;
}

/** A customer base: so many of the numbers from 20 to 40 million, sorted. */
function customers(count: number, random: () => number): number[] {
  const numbers = new Set<number>();
  while (numbers.size < count) numbers.add(20_000_000 + Math.floor(random() * 20_000_000));
  return [...numbers].sort((a, b) => a - b);
}

test.each([
  ['one by one', 1],
  ['in steps of two', 2],
  ['in steps of three', 3],
  ['downwards', -1],
  ['downwards in steps of three', -3],
])('numbers %s are a scan at the twentieth', (_what, step) => {
  for (const first of [23_000_000, 30_000_001, 31_999_999]) {
    expect(askedUntilFound(from(first, 100, () => step))).toBe(identifiers);
  }
});

test('steps of one to three by chance are a scan at the twentieth; up to five, some later', () => {
  const random = createRandom(1);
  const steps = (max: number) => () => 1 + Math.floor(random() * max);
  for (let round = 0; round < 50; round++) {
    const first = 20_000_000 + round * 100_003;
    expect(askedUntilFound(from(first, 100, steps(3)))).toBe(identifiers);
    expect(askedUntilFound(from(first, 5_000, steps(5)))).toBeLessThan(1_000);
  }
});

test('a shuffled scan is found before it is over', () => {
  const random = createRandom(2);
  for (const [count, until] of [
    [40, 40],
    [200, 150],
    [5_000, 3_000],
  ] as const) {
    const found = askedUntilFound(
      shuffled(
        from(24_000_000, count, () => 1),
        random,
      ),
    );
    expect(found).toBeLessThanOrEqual(until);
  }
});

test('a scan hidden among a hundred honest questions for each of its own is found at the twentieth', () => {
  const random = createRandom(3);
  const memory = new AskedNumbers();
  let own = 0;
  for (const number of from(25_000_000, 100, () => 1)) {
    own++;
    for (let i = 0; i < 100; i++) memory.add(PLACE, 20_000_000 + Math.floor(random() * 2e7), GENERATION);
    if (askedUntilFound([number], memory) !== undefined) break;
  }
  expect(own).toBe(identifiers);
});

test.each([
  [100_000, 0.5],
  [1_000_000, 5],
  [2_000_000, 10],
])(
  'a base of %i customers in sorted order (%d in a hundred of all numbers) is no scan, in whatever order',
  (count) => {
    const random = createRandom(count);
    const base = customers(count, random);
    expect(askedUntilFound(base)).toBeUndefined();
    expect(askedUntilFound(shuffled(base, random))).toBeUndefined();
  },
);

test('the same number again and again is one number', () => {
  expect(askedUntilFound(Array.from({ length: 1_000 }, () => 23_456_789))).toBeUndefined();
  const few = Array.from({ length: 1_000 }, (_, i) => 23_456_780 + (i % 10));
  expect(askedUntilFound(few)).toBeUndefined();
});

test('what was asked two windows ago is forgotten, and what was asked in the one before is not', () => {
  const numbers = from(23_000_000, identifiers, () => 1);
  const foundAfter = (windows: number) => {
    const memory = new AskedNumbers();
    for (const number of numbers.slice(0, -1)) memory.add(PLACE, number, GENERATION);
    const last = numbers.at(-1)!;
    memory.add(PLACE, last, GENERATION + windows);
    return memory.chain(PLACE, last, GENERATION + windows, RULES);
  };
  expect(foundAfter(0)).toBe(identifiers);
  expect(foundAfter(1)).toBe(identifiers);
  expect(foundAfter(2)).toBe(1);
});

test('numbers of phones and passports are read with what stands before them; addresses are none', () => {
  const reader = new NumberReader();
  const read = (type: Parameters<NumberReader['read']>[0], canonical: string) =>
    reader.read(type, canonical) ? { number: reader.number, family: reader.family } : undefined;
  expect(read('phone', '+254712345678')?.number).toBe(712_345_678);
  expect(read('passport', 'AK0123456')?.number).toBe(123_456);
  expect(read('passport', 'AK0123456')?.family).not.toBe(read('passport', 'BK0123456')?.family);
  expect(read('nationalId', '23456789')?.family).not.toBe(read('alienId', '23456789')?.family);
  expect(read('passport', 'ABC')).toBeUndefined();
  expect(read('email', 'user0001@example.test')).toBeUndefined();
});
