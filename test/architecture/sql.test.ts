import { expect, test } from 'vitest';
import { sources } from './sources.ts';
import { sortsByOutput } from './sql.ts';

test('no query sorts by an output that hides its column', () => {
  expect(sortsByOutput(sources)).toEqual([]);
});

test('a planted query is found', () => {
  const text = 'const sql = `SELECT seq::float8 AS seq, kind FROM log WHERE seq > $1 ORDER BY seq LIMIT 10`;';
  const planted = { path: 'server/src/planted.ts', text };
  expect(sortsByOutput([planted])).toEqual([
    { path: planted.path, rule: 'ORDER BY seq is the output here: name its table' },
  ]);
  expect(sortsByOutput([{ ...planted, text: text.replace('ORDER BY seq', 'ORDER BY log.seq') }])).toEqual([]);
});
