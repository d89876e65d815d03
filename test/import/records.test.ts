import { LineSplitter } from '@kinga/server/domains/exclusions/import/lines.ts';
import { type CsvRecord, RecordReader } from '@kinga/server/domains/exclusions/import/records.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

/** Reads a text that arrives in pieces of this size. */
function read(text: string, pieceChars = text.length + 1): CsvRecord[] {
  const lines = new LineSplitter();
  const records = new RecordReader();
  const found: CsvRecord[] = [];
  for (let at = 0; at < text.length; at += pieceChars) {
    found.push(...records.push(lines.push(text.slice(at, at + pieceChars))));
  }
  found.push(...records.push(lines.end()), ...records.end());
  return found;
}

const cellsOf = (text: string) => read(text).map(({ cells }) => cells);

test('any table, written in any way, comes back as it was, whatever the pieces it arrives in', () => {
  const cell = fc.oneof(
    fc.constantFrom(
      '',
      'a',
      '0712 345 678',
      'x"y',
      '"',
      '""',
      'a,b',
      'l1\nl2',
      'l1\r\nl2',
      ' s ',
      "'1",
      'é😀',
    ),
    fc.string({ maxLength: 8 }).filter((text) => !/\r(?!\n)/.test(text)),
  );
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 4 }).chain((width) =>
        fc.array(fc.array(fc.tuple(cell, fc.boolean()), { minLength: width, maxLength: width }), {
          minLength: 1,
          maxLength: 12,
        }),
      ),
      fc.constantFrom('\n', '\r\n'),
      fc.integer({ min: 1, max: 40 }),
      fc.boolean(),
      (rows, end, pieceChars, endsWithLine) => {
        const text = rows
          .map((cells) => cells.map(([c, quote]) => (quote || /[",\r\n]/.test(c) ? quoted(c) : c)).join(','))
          .join(end);
        expect(read(text + (endsWithLine ? end : ''), pieceChars).map(({ cells }) => cells)).toEqual(
          rows.map((cells) => cells.map(([c]) => c)),
        );
      },
    ),
    { numRuns: 1_000 },
  );
});

test('blank lines are skipped, and every record knows the line it begins on', () => {
  const text = 'a,b\r\n\r\n   \r\n1,"two\r\nlines"\r\n3,4\n\n5,6';
  expect(read(text)).toEqual([
    { line: 1, cells: ['a', 'b'] },
    { line: 4, cells: ['1', 'two\r\nlines'] },
    { line: 6, cells: ['3', '4'] },
    { line: 8, cells: ['5', '6'] },
  ]);
});

describe('a stray quote costs at most its own row', () => {
  const after = Array.from({ length: 400 }, (_, i) => [`p${i}`, `q${i}`, `r${i}`]);
  const text = (line: string) =>
    `a,b,c\n1,2,3\n${line}\n${after.map((cells) => cells.join(',')).join('\n')}\n`;

  test.each([
    ['1,"never closed,3', undefined],
    ['1,5\'10",3', ['1', '5\'10"', '3']],
    ['1,John "Jo" Doe,3', ['1', 'John "Jo" Doe', '3']],
    ['1,"closed" too early,3', ['1', '"closed" too early', '3']],
  ])('%s', (line, cells) => {
    const records = read(text(line), 64);
    expect(records.map((record) => record.cells).slice(3)).toEqual(after);
    if (cells !== undefined) expect(records[2]?.cells).toEqual(cells);
    else expect(records[2]).toEqual({ line: 3, cells: [line], problem: 'a quote is opened and not closed' });
  });

  test('two of them, that would make one cell of everything in between', () => {
    const lines = ['a,b,c', '1,"open,3', 'x,y,z', 'u,v,w', '1,"open,3', 'last,one,here'];
    const records = read(lines.join('\n'));
    expect(records.filter(({ problem }) => problem === undefined).map(({ cells }) => cells[0])).toEqual([
      'a',
      'x',
      'u',
      'last',
    ]);
  });

  test('in the very last line', () => {
    expect(cellsOf('a,b\n1,2\n3,"4')).toEqual([['a', 'b'], ['1', '2'], ['3,"4']]);
  });
});

test('a line without an end is cut, and costs neither memory nor the lines around it', () => {
  const long = `"${'x'.repeat(3 * 1024 * 1024)}`;
  for (const pieceChars of [64 * 1024, 1024 * 1024, 9_999_999]) {
    const records = read(`a,b\r\n1,"open\r\n${long}\r\n2,y\r\n${long}`, pieceChars);
    expect(records.map(({ line, problem }) => [line, problem?.replace(/,.*/, '')])).toEqual([
      [1, undefined],
      [2, 'a quote is opened and not closed'],
      [3, 'longer than 1 MiB'],
      [4, undefined],
      [5, 'longer than 1 MiB'],
    ]);
    expect(records[2]?.cells.join('')).toHaveLength(1024 * 1024);
  }
});
