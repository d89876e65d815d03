import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { operators } from '@kinga/shared/operators/contract.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Platform } from '../../../platform/context.ts';
import { actForTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { operatorOfCall } from '../access.ts';
import { daysOf, type Period, periodOf } from './days.ts';
import { NO_SPEED, speedOf } from './latency.ts';

type Performance = OutputOf<typeof operators.performance>;
type Figures = Performance['total'];
type Heard = Pick<
  Figures,
  | 'changes'
  | 'acknowledged'
  | 'acknowledgedP50Ms'
  | 'acknowledgedP99Ms'
  | 'closings'
  | 'closed'
  | 'closedP50Ms'
  | 'closedP99Ms'
>;
type Posted = Pick<Figures, 'posts' | 'delivered' | 'postP50Ms'>;
type Used = Pick<Figures, 'calls' | 'refused'>;

/** Of a day, or of all of them where there is none. */
type Row<TFigures> = TFigures & { readonly day: string | null };

export async function getPerformance(
  { db }: Platform,
  input: ParsedInputOf<typeof operators.performance>,
  call: Call,
): Promise<Performance> {
  return await db.transaction(async (tx) => {
    const operatorId = await operatorOfCall(tx, call.actor, input);
    const period = await periodOf(tx, input);
    await actForTenant(tx, operatorId);
    const read = <TFigures>(sql: string) => byDay<TFigures>(tx, sql, operatorId, period);
    const [heard, posted, used] = [
      await read<Heard>(HEARD),
      await read<Posted>(POSTED),
      await read<Used>(USED),
    ];
    const speed = await speedOf(tx, operatorId, period);
    const figures = (day: string | null): Figures => ({
      ...(heard.get(day) ?? NOTHING_HEARD),
      ...(posted.get(day) ?? NOTHING_POSTED),
      ...(used.get(day) ?? NOTHING_USED),
      ...(day === null ? speed.all : (speed.days.get(day) ?? NO_SPEED)),
    });
    const days = daysOf(period).map((day) => ({ day, ...figures(day) }));
    return { operatorId, ...period, days, total: figures(null) };
  });
}

async function byDay<TFigures>(
  tx: Tx,
  sql: string,
  operatorId: string,
  { from, to }: Period,
): Promise<ReadonlyMap<string | null, TFigures>> {
  const { rows } = await tx.query<Row<TFigures>>(sql, [operatorId, from, to]);
  return new Map(rows.map(({ day, ...figures }) => [day, figures as TFigures]));
}

const NOTHING_HEARD: Heard = {
  changes: 0,
  acknowledged: 0,
  acknowledgedP50Ms: null,
  acknowledgedP99Ms: null,
  closings: 0,
  closed: 0,
  closedP50Ms: null,
  closedP99Ms: null,
};
const NOTHING_POSTED: Posted = { posts: 0, delivered: 0, postP50Ms: null };
const NOTHING_USED: Used = { calls: 0, refused: 0 };

const within = (column: string) => `
  ${column} >= $2::date::timestamp AT TIME ZONE 'Africa/Nairobi'
  AND ${column} < ($3::date + 1)::timestamp AT TIME ZONE 'Africa/Nairobi'`;
const nairobiDay = (column: string) => `to_char(${column} AT TIME ZONE 'Africa/Nairobi', 'YYYY-MM-DD')`;
/** What was heard before its own commit, by a clock that is ahead, took no time. */
const quantile = (share: number, column: string) =>
  `percentile_cont(${share}) WITHIN GROUP (ORDER BY greatest(${column}, 0)) FILTER (WHERE ${column} IS NOT NULL)`;

const HEARD = `
  WITH receipts AS (
    SELECT ${nairobiDay('committed_at')} AS day, must_close,
           extract(epoch FROM acknowledged_at - committed_at)::float8 * 1000 AS acknowledged,
           CASE WHEN must_close THEN extract(epoch FROM closed_at - committed_at)::float8 * 1000 END AS closed
    FROM propagation_receipts WHERE tenant_id = $1 AND ${within('committed_at')}
  )
  SELECT day, count(*)::int AS changes, count(acknowledged)::int AS acknowledged,
         ${quantile(0.5, 'acknowledged')} AS "acknowledgedP50Ms",
         ${quantile(0.99, 'acknowledged')} AS "acknowledgedP99Ms",
         (count(*) FILTER (WHERE must_close))::int AS closings, count(closed)::int AS closed,
         ${quantile(0.5, 'closed')} AS "closedP50Ms", ${quantile(0.99, 'closed')} AS "closedP99Ms"
  FROM receipts GROUP BY GROUPING SETS ((day), ())`;

const POSTED = `
  WITH posted AS (
    SELECT ${nairobiDay('at')} AS day, delivered, ms FROM webhook_deliveries
    WHERE tenant_id = $1 AND ${within('at')}
  )
  SELECT day, count(*)::int AS posts, (count(*) FILTER (WHERE delivered))::int AS delivered,
         ${quantile(0.5, 'ms')} AS "postP50Ms"
  FROM posted GROUP BY GROUPING SETS ((day), ())`;

/** A key that is gone was not the sandbox's. */
const USED = `
  WITH used AS (
    SELECT to_char(u.day, 'YYYY-MM-DD') AS day, u.calls, u.refused FROM key_usage u
    WHERE u.tenant_id = $1 AND u.day BETWEEN $2 AND $3
      AND NOT EXISTS (SELECT FROM api_keys k WHERE k.id = u.key_id AND k.environment = 'sandbox')
  )
  SELECT day, coalesce(sum(calls), 0)::float8 AS calls, coalesce(sum(refused), 0)::float8 AS refused
  FROM used GROUP BY GROUPING SETS ((day), ())`;
