import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { Purpose } from '@kinga/shared/exclusions/contract.ts';
import type { operators } from '@kinga/shared/operators/contract.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Platform } from '../../../platform/context.ts';
import { actForTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { NOTHING_HEARD, readHeard } from '../../exclusions/index.ts';
import { operatorOfCall } from '../access.ts';
import { type Period, periodOf } from './days.ts';
import { type Facts, judge } from './rules.ts';

export async function getCompliance(
  { db }: Platform,
  input: ParsedInputOf<typeof operators.compliance>,
  call: Call,
): Promise<OutputOf<typeof operators.compliance>> {
  return await db.transaction(async (tx) => {
    const operatorId = await operatorOfCall(tx, call.actor, input);
    const period = await periodOf(tx, input);
    return { operatorId, ...period, ...(await judgeOperator(tx, operatorId, period)) };
  });
}

/** The transaction acts for this operator from then on. */
export async function judgeOperator(
  tx: Tx,
  operatorId: string,
  period: Period,
): Promise<ReturnType<typeof judge>> {
  await actForTenant(tx, operatorId);
  return judge({
    ...(await standing(tx, operatorId, period)),
    ...(await asked(tx, operatorId, period)),
    ...((await readHeard(tx, period, operatorId)).get(operatorId) ?? NOTHING_HEARD),
  });
}

/** Days before the operator was entered, days it was suspended all through, and days to come are nobody's fault. */
async function standing(
  tx: Tx,
  operatorId: string,
  { from, to }: Period,
): Promise<Pick<Facts, 'days' | 'licenceIsValid' | 'liveKeys' | 'signingKeys'>> {
  const { rows } = await tx.query<{
    days: number;
    licence_is_valid: boolean | null;
    live_keys: number;
    signing_keys: number;
  }>(
    `WITH live AS (
       SELECT public_key FROM api_keys
       WHERE tenant_id = $1 AND environment = 'live' AND revoked_at IS NULL
         AND (expires_at IS NULL OR expires_at > clock_timestamp())
     ), away AS (
       SELECT range_agg(tstzrange(suspended_at, reinstated_at)) AS times
       FROM operator_suspensions WHERE tenant_id = $1
     )
     SELECT (SELECT count(*) FROM away, generate_series(
               greatest($2::date, (created_at AT TIME ZONE 'Africa/Nairobi')::date)::timestamp,
               least($3::date, (clock_timestamp() AT TIME ZONE 'Africa/Nairobi')::date)::timestamp,
               interval '1 day') AS day
             WHERE (times @> tstzrange(day AT TIME ZONE 'Africa/Nairobi',
                                       (day + interval '1 day') AT TIME ZONE 'Africa/Nairobi')) IS NOT TRUE
            )::int AS days,
            licence_expires_at > clock_timestamp() AS licence_is_valid,
            (SELECT count(*) FROM live)::int AS live_keys,
            (SELECT count(public_key) FROM live)::int AS signing_keys
     FROM operators WHERE id = $1`,
    [operatorId, from, to],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('an operator is gone');
  return {
    days: row.days,
    licenceIsValid: row.licence_is_valid,
    liveKeys: row.live_keys,
    signingKeys: row.signing_keys,
  };
}

async function asked(
  tx: Tx,
  operatorId: string,
  { from, to }: Period,
): Promise<Pick<Facts, 'daysWithChecks' | 'checksBy' | 'unknown' | 'unknownRepeated'>> {
  const counts = await tx.query<{ purpose: Purpose; checks: string; unknown: string; repeated: string }>(
    `SELECT purpose, sum(checks) AS checks, coalesce(sum(checks) FILTER (WHERE answer = 'UNKNOWN'), 0) AS unknown,
            sum(repeated) AS repeated
     FROM operator_statistics WHERE tenant_id = $1 AND day BETWEEN $2 AND $3 GROUP BY purpose`,
    [operatorId, from, to],
  );
  const days = await tx.query<{ days: number }>(
    `SELECT count(DISTINCT day)::int AS days FROM operator_statistics
     WHERE tenant_id = $1 AND day BETWEEN $2 AND $3`,
    [operatorId, from, to],
  );
  const sum = (of: 'unknown' | 'repeated') => counts.rows.reduce((total, row) => total + Number(row[of]), 0);
  return {
    daysWithChecks: days.rows[0]?.days ?? 0,
    checksBy: Object.fromEntries(counts.rows.map(({ purpose, checks }) => [purpose, Number(checks)])),
    unknown: sum('unknown'),
    unknownRepeated: sum('repeated'),
  };
}
