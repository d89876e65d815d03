import { PAGE_SIZE } from '@kinga/shared/contract/fields.ts';
import type { Answer, Purpose } from '@kinga/shared/exclusions/exclusion.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { ANSWER, PURPOSE } from '../statistics/checks.ts';
import { checkIdAt } from '../statistics/days.ts';

/** A key somebody is known by, as a check is recorded under it, and from when on those checks are theirs. */
export interface Mine {
  readonly subject: string;
  readonly since: Date;
}

export interface FoundCheck {
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly at: Date;
  readonly operatorName: string | null;
  readonly purpose: Purpose;
  readonly answer: Answer;
}

/** Keys that no operator holds: number 0 is what nodes ask themselves, and an operator may be the hub's own. */
const OWN_KEYS = `ARRAY(SELECT no FROM api_keys JOIN operators ON operators.id = tenant_id WHERE internal) || 0`;

export interface Searched {
  /** One more than a page holds, at the most. */
  readonly checks: readonly FoundCheck[];
  /** Everything from here on has been looked through. */
  readonly backToMs: number;
}

export interface Search {
  /** The id before which to begin; undefined: the newest there is. */
  readonly before: string | undefined;
  readonly nowMs: number;
  /** Read at once at the most. */
  readonly sliceRows?: number;
  /** Begun after this, no slice is. */
  readonly budgetMs?: number;
}

interface Slice {
  readonly fromId: string;
  readonly beforeId: string;
  readonly rows: number;
  readonly limit: number;
}

const FIRST_SPAN_MS = 60_000;

/**
 * Backwards in slices of time, each found through the index by id. There is no index by person: it would cost
 * every lookup as much again as recording it does, for what few people ask and rarely. How much there is to read
 * depends on how busy the hub was, so the slices grow and shrink with what is in them, and what the budget does not
 * reach is another call's.
 */
export async function searchBack(
  tx: Tx,
  mine: readonly Mine[],
  { before, nowMs, sliceRows = 500_000, budgetMs = 400 }: Search,
): Promise<Searched> {
  const oldestMs = Math.min(nowMs, ...mine.map(({ since }) => since.getTime()));
  const stopAt = performance.now() + budgetMs;
  const checks: FoundCheck[] = [];
  let beforeId = before ?? 'f'.repeat(32);
  let backToMs = Math.min(nowMs, Number.parseInt(beforeId.slice(0, 12), 16));
  const beganMs = backToMs;
  let span = FIRST_SPAN_MS;
  do {
    if (backToMs <= oldestMs) break;
    const fromMs = Math.max(oldestMs, backToMs - span);
    const fromId = checkIdAt(fromMs);
    const limit = PAGE_SIZE + 1 - checks.length;
    const { found, seen } = await readSlice(tx, mine, { fromId, beforeId, rows: sliceRows, limit });
    if (seen > sliceRows && span > 1) {
      span = Math.max(1, Math.floor(span / 4));
      continue;
    }
    checks.push(...found);
    backToMs = fromMs;
    beforeId = fromId;
    if (seen < sliceRows / 2) span *= 2;
  } while (checks.length <= PAGE_SIZE && (performance.now() < stopAt || backToMs === beganMs));
  return { checks, backToMs };
}

/** One more than $5 is looked at, at the most, and counted; what was found is whole only if no more were seen. */
export const SLICE_SQL = `
  SELECT slice.seen, replace(c.id::text, '-', '') AS id, c.at, o.name AS "operatorName",
         ${PURPOSE} AS purpose, ${ANSWER} AS answer
    FROM (SELECT count(*)::int AS seen,
                 array_agg(ROW(s.*)::checks ORDER BY s.id DESC) FILTER (
                   WHERE s.subject = ANY($1::uuid[]) AND s.key_no <> ALL(${OWN_KEYS}) AND EXISTS (
                     SELECT FROM unnest($1::uuid[], $2::timestamptz[]) AS m (subject, since)
                      WHERE m.subject = s.subject AND m.since <= s.at)) AS mine
            FROM (SELECT * FROM checks WHERE id >= $3::uuid AND id < $4::uuid LIMIT $5) AS s) AS slice
    LEFT JOIN LATERAL unnest(slice.mine[1:$6]) AS c ON true
    LEFT JOIN api_keys AS k ON k.no = c.key_no
    LEFT JOIN operators AS o ON o.id = k.tenant_id
   ORDER BY c.id DESC`;

async function readSlice(
  tx: Tx,
  mine: readonly Mine[],
  { fromId, beforeId, rows: rowsMax, limit }: Slice,
): Promise<{ found: FoundCheck[]; seen: number }> {
  const { rows } = await tx.query<FoundCheck & { seen: number }>(SLICE_SQL, [
    mine.map(({ subject }) => subject),
    mine.map(({ since }) => since),
    fromId,
    beforeId,
    rowsMax + 1,
    limit,
  ]);
  return { found: rows.filter(({ id }) => id !== null), seen: rows[0]?.seen ?? 0 };
}
