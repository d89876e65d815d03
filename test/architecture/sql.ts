import type { SourceFile, Violation } from './rules.ts';

const LITERAL = /`[^`]*`|'[^'\n]*'/g;
const CAST_TO_ITSELF = /\b(?:\w+\.)?(\w+)::\w+ AS \1\b/g;

/**
 * `SELECT seq::float8 AS seq ... ORDER BY seq LIMIT n` sorts by the output, which no index is in the order of: every
 * batch reads all that is left. Naming the table's column (`ORDER BY t.seq`) reads n rows.
 */
export function sortsByOutput(files: readonly SourceFile[]): Violation[] {
  return files.flatMap(({ path, text }) =>
    (text.match(LITERAL) ?? []).flatMap((sql) =>
      Array.from(sql.matchAll(CAST_TO_ITSELF), ([, column = '']) => column)
        .filter((column) => new RegExp(`ORDER BY ${column}\\b`).test(sql))
        .map((column) => ({ path, rule: `ORDER BY ${column} is the output here: name its table` })),
    ),
  );
}

const BY_THE_VOLATILE_CLOCK = /[<>]=? clock_timestamp\(\) [-+]/;

/**
 * `at < clock_timestamp() - interval '1 day'` asks the clock anew for each row, so no index can answer it, and the
 * whole table is read. `statement_timestamp()` is one instant.
 */
export function agesByTheRow(files: readonly SourceFile[]): Violation[] {
  return files
    .filter(({ text }) => (text.match(LITERAL) ?? []).some((sql) => BY_THE_VOLATILE_CLOCK.test(sql)))
    .map(({ path }) => ({ path, rule: 'an age by clock_timestamp() uses no index: statement_timestamp()' }));
}
