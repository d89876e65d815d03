import { LineSplitter } from '@kinga/server/domains/exclusions/import/lines.ts';
import { RecordReader } from '@kinga/server/domains/exclusions/import/records.ts';
import { canonicalise } from '@kinga/server/domains/identifiers/index.ts';
import { expect, test } from 'vitest';
import { csv } from '../fixtures/csv.ts';
import { firstPeople } from '../fixtures/people.ts';

test('a seed always gives the same people, another seed others', () => {
  const names = (seed: number) => firstPeople(50, seed).map(({ name }) => name);
  expect(names(3)).toEqual(names(3));
  expect(names(3)).not.toEqual(names(4));
});

test('nobody shares a number, and every number is one', () => {
  const seen = new Set<string>();
  for (const person of firstPeople(20_000)) {
    for (const type of ['nationalId', 'phone', 'passport', 'alienId', 'email'] as const) {
      const value = person[type];
      if (value === undefined) continue;
      const result = canonicalise({ type, value });
      expect(result).toMatchObject({ ok: true, canonical: value });
      expect(seen.has(`${type} ${value}`), `${type} ${value}`).toBe(false);
      seen.add(`${type} ${value}`);
    }
  }
});

test('the file has the rows asked for, however messy', () => {
  for (const mess of [0, 0.5]) {
    const lines = new LineSplitter();
    const records = new RecordReader();
    const found = [...csv({ rows: 2_000, mess, bad: 0.1 })].flatMap((piece) =>
      records.push(lines.push(piece)),
    );
    found.push(...records.push(lines.end()), ...records.end());
    expect(found).toHaveLength(2_001);
  }
});
