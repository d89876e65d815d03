import { randomBytes } from 'node:crypto';
import { DifferentPeople } from '@kinga/server/domains/screening/memory/different-people.ts';
import { Sketch } from '@kinga/server/domains/screening/memory/sketch.ts';
import { expect, test } from 'vitest';

const hashes = (count: number) => {
  const bytes = randomBytes(count * 16).toString('latin1');
  return Array.from({ length: count }, (_, i) => bytes.slice(i * 16, i * 16 + 16));
};
const sketchOf = (people: readonly string[]) => {
  const sketch = new Sketch();
  for (const hash of people) sketch.add(hash);
  return sketch;
};

test.each([1, 10, 300, 2_000, 8_000, 50_000, 1_000_000])(
  '%i different people are counted as about so many',
  (count) => {
    const people = hashes(count);
    const sketch = sketchOf(people);
    const counted = sketch.count();
    // Five times what it is wrong by on average.
    expect(Math.abs(counted - count)).toBeLessThanOrEqual(Math.max(2, 0.12 * count));
    for (const hash of people.slice(0, 10_000)) expect(sketch.add(hash)).toBe(false);
    expect(sketch.count()).toBe(counted);
  },
);

test('nobody is no people, and the sketches of two nodes are one of everybody either knows', () => {
  expect(new Sketch().count()).toBe(0);
  const people = hashes(30_000);
  const one = sketchOf(people.slice(0, 20_000));
  const two = sketchOf(people.slice(10_000));
  one.merge(two.registers);
  one.merge(two.registers);
  expect(one.count()).toBe(sketchOf(people).count());
});

test('the identifiers of one person are not added up; those of many beside one’s own document are', () => {
  const honest = new DifferentPeople();
  const sampler = new DifferentPeople();
  const [own = '', ...others] = hashes(20_001);
  for (let i = 0; i < others.length; i += 2) {
    honest.add('nationalId', others[i]!);
    honest.add('phone', others[i + 1]!);
  }
  expect(honest.count()).toBeLessThan(11_200);
  for (const other of others) {
    sampler.add('nationalId', own);
    sampler.add('phone', other);
  }
  expect(sampler.count()).toBeGreaterThan(17_600);
});
