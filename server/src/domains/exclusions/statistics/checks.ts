import type { Answer, Purpose } from '@kinga/shared/exclusions/contract.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { checkIdsOf, type Days } from './days.ts';

/** So many checks of one kind. */
export interface Counted {
  readonly purpose: Purpose;
  readonly answer: Answer;
  readonly checks: number;
}

interface OfDay extends Counted {
  readonly day: string;
}

interface OfOperator extends Counted {
  /** Null: of a key nobody has any more. */
  readonly operatorId: string | null;
}

export interface Figures {
  readonly total: readonly Counted[];
  readonly byDay: ReadonlyMap<string, readonly Counted[]>;
  readonly byOperator: ReadonlyMap<string | null, readonly Counted[]>;
  /** Days of which nothing is known. */
  readonly uncounted: readonly string[];
}

/** Of `checks AS c`, in words. */
export const PURPOSE = `CASE c.purpose WHEN 'r' THEN 'registration' WHEN 'l' THEN 'login' WHEN 'd' THEN 'deposit'
  WHEN 'b' THEN 'bet' WHEN 'm' THEN 'marketing' END`;
export const ANSWER = `CASE c.answer WHEN 'E' THEN 'EXCLUDED' WHEN 'C' THEN 'CLEAR' WHEN 'U' THEN 'UNKNOWN' END`;

/**
 * The checks of a range of days: as the nightly jobs counted them, and of the last two days, where they have not
 * been yet, from the checks themselves. The transaction acts for every tenant.
 */
export async function readFigures(tx: Tx, days: Days, recent: readonly string[]): Promise<Figures> {
  const total = await readTotals(tx, days);
  const byOperator = await readByOperator(tx, days);
  const totalDays = await daysIn(tx, 'daily_statistics', days);
  const operatorDays = await daysIn(tx, 'operator_statistics', days);
  for (const day of recent) {
    if (totalDays.has(day) && operatorDays.has(day)) continue;
    const counted = await countDay(tx, day);
    if (!operatorDays.has(day)) byOperator.push(...counted);
    if (!totalDays.has(day)) total.push(...counted.map((one) => ({ ...one, day })));
    totalDays.add(day);
  }
  return {
    total,
    byDay: grouped(total, ({ day }) => day),
    byOperator: grouped(byOperator, ({ operatorId }) => operatorId),
    uncounted: days.all.filter((day) => !totalDays.has(day)),
  };
}

export function grouped<TKey, TItem>(
  items: readonly TItem[],
  keyOf: (item: TItem) => TKey,
): Map<TKey, TItem[]> {
  const groups = new Map<TKey, TItem[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

type FigureTable = 'daily_statistics' | 'operator_statistics';

async function daysIn(tx: Tx, table: FigureTable, days: Days): Promise<Set<string>> {
  const { rows } = await tx.query<{ day: string }>(
    `SELECT DISTINCT day::text FROM ${table} WHERE day BETWEEN $1 AND $2`,
    [days.from, days.to],
  );
  return new Set(rows.map(({ day }) => day));
}

async function readTotals(tx: Tx, days: Days): Promise<OfDay[]> {
  const { rows } = await tx.query<OfDay>(
    `SELECT day::text, split_part(breakdown, '/', 1) AS purpose, split_part(breakdown, '/', 2) AS answer,
            value::float8 AS checks
       FROM daily_statistics WHERE metric = 'checks' AND day BETWEEN $1 AND $2`,
    [days.from, days.to],
  );
  return rows;
}

async function readByOperator(tx: Tx, days: Days): Promise<OfOperator[]> {
  const { rows } = await tx.query<OfOperator>(
    `SELECT tenant_id AS "operatorId", purpose, answer, sum(checks)::float8 AS checks
       FROM operator_statistics WHERE day BETWEEN $1 AND $2 GROUP BY tenant_id, purpose, answer`,
    [days.from, days.to],
  );
  return rows;
}

/** By key first: there are millions of checks, and few keys. Number 0 is what nodes ask themselves: see canaries. */
async function countDay(tx: Tx, day: string): Promise<OfOperator[]> {
  const { first, end } = checkIdsOf(day);
  const { rows } = await tx.query<OfOperator>(
    `SELECT k.tenant_id AS "operatorId", ${PURPOSE} AS purpose, ${ANSWER} AS answer,
            sum(c.checks)::float8 AS checks
       FROM (SELECT key_no, purpose, answer, count(*) AS checks FROM checks
              WHERE id >= $1::uuid AND id < $2::uuid AND key_no <> 0 GROUP BY key_no, purpose, answer) AS c
       LEFT JOIN api_keys AS k ON k.no = c.key_no
      GROUP BY k.tenant_id, c.purpose, c.answer`,
    [first, end],
  );
  return rows;
}

export interface Counts {
  readonly checks: number;
  readonly hits: number;
  readonly unknowns: number;
}

export function countsOf(counted: readonly Counted[] = []): Counts {
  const sum = (kept: readonly Counted[]) => kept.reduce((all, { checks }) => all + checks, 0);
  return {
    checks: sum(counted),
    hits: sum(counted.filter(({ answer }) => answer === 'EXCLUDED')),
    unknowns: sum(counted.filter(({ answer }) => answer === 'UNKNOWN')),
  };
}
