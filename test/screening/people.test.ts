import { randomBytes } from 'node:crypto';
import { AskedPeople } from '@kinga/server/domains/screening/memory/asked-people.ts';
import { expect, test } from 'vitest';
import { createRandom } from '../fixtures/random.ts';

const MINUTE_MS = 60_000;
const person = () => randomBytes(16).toString('latin1');

test('what is counted is never less than the last hour, and nothing older than an hour and five minutes', () => {
  const random = createRandom(4);
  const people = new AskedPeople();
  const subject = person();
  const asked: number[] = [];
  let nowMs = 0;
  for (let i = 0; i < 2_000; i++) {
    nowMs += Math.floor(random() * random() * 20 * MINUTE_MS);
    const at = people.placeOf(1, subject, nowMs);
    const within = (ms: number) => asked.filter((askedMs) => askedMs > nowMs - ms).length;
    expect(people.countAt(at)).toBeGreaterThanOrEqual(within(60 * MINUTE_MS));
    expect(people.countAt(at)).toBeLessThanOrEqual(within(65 * MINUTE_MS));
    people.raise(at);
    asked.push(nowMs);
  }
});

test('a person is counted for each operator by itself, with what other nodes have counted within the hour', () => {
  const people = new AskedPeople();
  const subject = person();
  const at = people.placeOf(1, subject, 0);
  people.raise(at);
  people.setElsewhere(at, 40);
  expect(people.countAt(people.placeOf(1, subject, 0))).toBe(41);
  expect(people.ownCountAt(at)).toBe(1);
  expect(people.countAt(people.placeOf(2, subject, 0))).toBe(0);
  expect(people.countAt(people.placeOf(1, subject, 30 * MINUTE_MS))).toBe(41);
  expect(people.countAt(people.placeOf(1, subject, 66 * MINUTE_MS))).toBe(0);
});

test('who is asked about often is remembered while more others than there is memory for are asked about once', () => {
  const people = new AskedPeople();
  const often = Array.from({ length: 100 }, person);
  for (let i = 0; i < 300_000; i++) {
    people.raise(people.placeOf(1, person(), MINUTE_MS));
    if (i % 30_000 === 0) {
      for (const subject of often) {
        people.raise(people.placeOf(1, subject, MINUTE_MS));
        people.raise(people.placeOf(1, subject, MINUTE_MS));
      }
    }
  }
  const counts = often.map((subject) => people.countAt(people.placeOf(1, subject, MINUTE_MS)));
  expect(counts).toEqual(counts.map(() => 20));
});
