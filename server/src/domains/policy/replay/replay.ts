import { invalidInput, notFound } from '@kinga/shared/contract/errors.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import { PURPOSES } from '@kinga/shared/exclusions/contract.ts';
import { type policy, REPLAY_EXAMPLES_MAX } from '@kinga/shared/policy/contract.ts';
import type { Platform } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import type { PolicyVersion } from '../book.ts';
import { findDocument, readVersions } from '../store.ts';
import { givenTime } from '../time.ts';
import { type Example, exampleOf, letterOf } from './example.ts';
import { COUNT_SQL, PLAN_SQL, REPLAY_SQL } from './sql.ts';

const CHECKS_MAX = 50_000;

type Input = ParsedInputOf<typeof policy.replay>;
type Output = OutputOf<typeof policy.replay>;

interface ReplayRow {
  readonly totals: readonly {
    readonly purpose: string;
    readonly examined: number;
    readonly differing: number;
    readonly unexplained: number;
  }[];
  readonly examples: readonly Example[];
}

/**
 * Recomputes recorded answers from the history of exclusions as it would have been under one version's rules. What
 * would have become of people's own wishes under them nobody knows: a period that would have stayed until a return
 * was asked for stays until the exclusion was in fact lifted.
 */
export async function replay({ db }: Platform, input: Input): Promise<Output> {
  const from = givenTime('from', input.from);
  const to = givenTime('to', input.to);
  if (to <= from) throw invalidInput('to', 'is not after from');
  const start = startOf(input.cursor, from, to);
  return await db.transaction(async (tx) => {
    const document = await findDocument(tx, input.version);
    if (document === undefined) throw notFound('version', 'There is no such version');
    const version = { ...document, startsAt: Date.parse(document.startsAt) };
    const versions = await readVersions(tx);
    await tx.query(PLAN_SQL);
    const end = await endOfPage(tx, start, to);
    const { totals, examples } = await judge(tx, { start, end, version, versions });
    const sum = (name: 'examined' | 'differing' | 'unexplained') =>
      totals.reduce((total, one) => total + one[name], 0);
    return {
      version: input.version,
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      examined: sum('examined'),
      differing: sum('differing'),
      unexplained: sum('unexplained'),
      byPurpose: PURPOSES.map((purpose) => {
        const found = totals.find((one) => one.purpose === letterOf(purpose));
        const { examined = 0, differing = 0, unexplained = 0 } = found ?? {};
        return { purpose, examined, differing, unexplained };
      }),
      examples: examples.map((example) => exampleOf(example, input.version)),
      ...(end < to ? { nextCursor: String(end) } : {}),
    };
  });
}

/** A cursor is the instant the page before ended at. */
function startOf(cursor: string | undefined, from: number, to: number): number {
  if (cursor === undefined) return from;
  const start = /^\d{1,15}$/.test(cursor) ? Number(cursor) : Number.NaN;
  if (!(start >= from && start < to)) throw invalidInput('cursor', 'not a cursor of this replay');
  return start;
}

/** Halves the time until no more checks are in it than one call may look at. */
async function endOfPage(tx: Tx, start: number, to: number): Promise<number> {
  let end = to;
  while (end - start > 1) {
    const { rows } = await tx.query<{ count: number }>(COUNT_SQL, [
      idFrom(start),
      idFrom(end),
      CHECKS_MAX + 1,
    ]);
    if ((rows[0]?.count ?? 0) <= CHECKS_MAX) break;
    end = start + Math.floor((end - start) / 2);
  }
  return end;
}

interface Page {
  readonly start: number;
  readonly end: number;
  readonly version: PolicyVersion;
  readonly versions: readonly PolicyVersion[];
}

async function judge(tx: Tx, { start, end, version, versions }: Page): Promise<ReplayRow> {
  const rules = Object.entries(version.values.periods);
  const numberOf = (length: object | null, unit: 'hours' | 'months') =>
    length !== null && unit in length ? (length as Record<string, number>)[unit] : null;
  const spans = versions.flatMap((one, index) =>
    PURPOSES.map((purpose) => ({
      since: index === 0 ? '-infinity' : new Date(one.startsAt).toISOString(),
      until:
        index === versions.length - 1 ? 'infinity' : new Date(versions[index + 1]!.startsAt).toISOString(),
      purpose: letterOf(purpose),
      reuse: one.values.purposes[purpose].reuseSeconds,
      quiet: purpose === 'marketing' ? one.values.marketing.quietDays : 0,
    })),
  );
  const reuse = PURPOSES.map((one) => [letterOf(one), version.values.purposes[one].reuseSeconds]);
  const { rows } = await tx.query<ReplayRow>(REPLAY_SQL, [
    idFrom(start),
    idFrom(end),
    rules.map(([period]) => period),
    rules.map(([, { length }]) => numberOf(length, 'hours')),
    rules.map(([, { length }]) => numberOf(length, 'months')),
    rules.map(([, { staysUntilReturn }]) => staysUntilReturn),
    JSON.stringify(Object.fromEntries(reuse)),
    spans.map(({ since }) => since),
    spans.map(({ until }) => until),
    spans.map(({ purpose }) => purpose),
    spans.map((span) => span.reuse),
    REPLAY_EXAMPLES_MAX,
    spans.map(({ quiet }) => quiet),
    version.values.marketing.quietDays,
  ]);
  const [row] = rows;
  if (row === undefined) throw new Error('a replay has one row');
  return row;
}

/** The least id of a check at that millisecond: ids begin with the time. */
function idFrom(ms: number): string {
  return ms.toString(16).padStart(12, '0').padEnd(32, '0');
}
