import type { Database } from '../../../platform/db/database.ts';
import type { Logger } from '../../../platform/log/log.ts';

/** Deleted in one transaction at most; the time it takes is halved until no more are in it. */
const BATCH = 50_000;
const SPAN_MS = 3_600_000;

const OLDEST_SQL = `
  SELECT floor(extract(epoch FROM min(at)) * 1000)::float8 AS oldest FROM checks WHERE id < $1::uuid`;
const COUNT_SQL = `
  SELECT count(*)::int AS count
  FROM (SELECT FROM checks WHERE id >= $1::uuid AND id < $2::uuid LIMIT ${BATCH + 1}) AS found`;

export interface Forgetting {
  readonly db: Database;
  readonly log: Logger;
  /** Throws to end the run; what it has not come to, the next one does. */
  readonly betweenBatches?: () => void;
}

/** Deletes the checks that the policy in force no longer keeps, the oldest first. Returns how many there were. */
export async function forgetChecks({ db, log, betweenBatches = () => {} }: Forgetting): Promise<number> {
  // What earlier runs have left of the index.
  await db.query('SELECT summarise_checks()');
  const { oldest, keptSince } = await spanOf(db);
  let deleted = 0;
  let span = SPAN_MS;
  for (let from = oldest; from < keptSince; ) {
    betweenBatches();
    const to = Math.min(keptSince, from + span);
    const count = await countOf(db, from, to);
    if (count > BATCH && to - from > 1) {
      span = Math.max(1, Math.floor((to - from) / 2));
      continue;
    }
    if (count > 0) {
      deleted += await deleteBetween(db, from, to);
      log.info({ deleted, upTo: new Date(to).toISOString() }, 'checks older than the policy keeps deleted');
    }
    if (count < BATCH / 2) span *= 2;
    from = to;
  }
  return deleted;
}

async function spanOf(db: Database): Promise<{ oldest: number; keptSince: number }> {
  return await db.transaction(async (tx) => {
    await tx.query('SET LOCAL enable_seqscan = off');
    const since = await tx.query<{ kept_since: number }>(
      'SELECT floor(extract(epoch FROM checks_kept_since()) * 1000)::float8 AS kept_since',
    );
    const keptSince = since.rows[0]?.kept_since ?? 0;
    const { rows } = await tx.query<{ oldest: number | null }>(OLDEST_SQL, [idFrom(keptSince)]);
    return { oldest: rows[0]?.oldest ?? keptSince, keptSince };
  });
}

async function countOf(db: Database, from: number, to: number): Promise<number> {
  return await db.transaction(async (tx) => {
    await tx.query('SET LOCAL enable_seqscan = off');
    const { rows } = await tx.query<{ count: number }>(COUNT_SQL, [idFrom(from), idFrom(to)]);
    return rows[0]?.count ?? 0;
  });
}

async function deleteBetween(db: Database, from: number, to: number): Promise<number> {
  const { rows } = await db.query<{ deleted: number }>(
    'SELECT forget_checks($1::uuid, $2::uuid)::float8 AS deleted',
    [idFrom(from), idFrom(to)],
  );
  return rows[0]?.deleted ?? 0;
}

/** The least id of a check at that millisecond: ids begin with the time. */
function idFrom(ms: number): string {
  return ms.toString(16).padStart(12, '0').padEnd(32, '0');
}
