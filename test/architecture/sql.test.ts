import { expect, test } from 'vitest';
import { sources } from './sources.ts';
import { agesByTheRow, sortsByOutput } from './sql.ts';

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

test('no query judges an age by a clock that is asked for each row', () => {
  expect(agesByTheRow(sources)).toEqual([]);
});

test('a planted age is found', () => {
  const text = "const sql = `DELETE FROM log WHERE at < clock_timestamp() - interval '1 day'`;";
  const planted = { path: 'server/src/planted.ts', text };
  expect(agesByTheRow([planted])).toHaveLength(1);
  expect(agesByTheRow([{ ...planted, text: text.replace('clock', 'statement') }])).toEqual([]);
});
