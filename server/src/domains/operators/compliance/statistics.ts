import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { Answer, Purpose } from '@kinga/shared/exclusions/contract.ts';
import type { operators } from '@kinga/shared/operators/contract.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Platform } from '../../../platform/context.ts';
import { actForTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { operatorOfCall } from '../access.ts';
import { type Period, periodOf } from './days.ts';
import { NO_SPEED, speedOf } from './latency.ts';

type Statistics = OutputOf<typeof operators.statistics>;
type Day = Statistics['days'][number];

interface CountRow {
  readonly day: string;
  readonly purpose: Purpose;
  readonly answer: Answer;
  readonly checks: string;
  readonly computed_at: Date;
}

export async function getStatistics(
  { db }: Platform,
  input: ParsedInputOf<typeof operators.statistics>,
  call: Call,
): Promise<Statistics> {
  return await db.transaction(async (tx) => {
    const operatorId = await operatorOfCall(tx, call.actor, input);
    const period = await periodOf(tx, input);
    await actForTenant(tx, operatorId);
    const counts = await countsOf(tx, operatorId, period);
    const refused = await refusedOf(tx, operatorId, period);
    const speed = await speedOf(tx, operatorId, period);
    const days = new Map<string, Day>();
    const known = new Set([...counts.map((row) => row.day), ...refused.keys(), ...speed.days.keys()]);
    for (const day of [...known].sort()) {
      const figures = { refused: refused.get(day) ?? 0, ...(speed.days.get(day) ?? NO_SPEED) };
      days.set(day, { day, checks: [], ...figures });
    }
    for (const { day, purpose, answer, checks } of counts) {
      days.get(day)?.checks.push({ purpose, answer, count: Number(checks) });
    }
    const countedAtMs = Math.max(0, ...counts.map((row) => row.computed_at.getTime()));
    const countedAt = countedAtMs === 0 ? null : new Date(countedAtMs).toISOString();
    return { operatorId, ...period, days: [...days.values()], ...speed.all, countedAt };
  });
}

async function countsOf(tx: Tx, operatorId: string, { from, to }: Period): Promise<CountRow[]> {
  const { rows } = await tx.query<CountRow>(
    `SELECT to_char(day, 'YYYY-MM-DD') AS day, purpose, answer, checks, computed_at FROM operator_statistics
     WHERE tenant_id = $1 AND day BETWEEN $2 AND $3 ORDER BY day, purpose, answer`,
    [operatorId, from, to],
  );
  return rows;
}

async function refusedOf(
  tx: Tx,
  operatorId: string,
  { from, to }: Period,
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await tx.query<{ day: string; refused: string }>(
    `SELECT to_char(day, 'YYYY-MM-DD') AS day, sum(refused) AS refused FROM key_usage
     WHERE tenant_id = $1 AND day BETWEEN $2 AND $3
       AND NOT EXISTS (SELECT FROM api_keys k WHERE k.id = key_id AND k.environment = 'sandbox')
     GROUP BY day HAVING sum(refused) > 0`,
    [operatorId, from, to],
  );
  return new Map(rows.map(({ day, refused }) => [day, Number(refused)]));
}
