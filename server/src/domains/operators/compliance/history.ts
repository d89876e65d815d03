import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { CompliancePart, LatestScore } from '@kinga/shared/operators/compliance.ts';
import type { operators } from '@kinga/shared/operators/contract.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Platform } from '../../../platform/context.ts';
import type { Database } from '../../../platform/db/database.ts';
import { actForEveryTenant, actForTenant } from '../../../platform/db/tenant.ts';
import { operatorOfCall } from '../access.ts';
import { periodOf } from './days.ts';

interface Row {
  readonly day: string;
  readonly score: number | null;
  readonly parts: readonly CompliancePart[];
}

export async function getComplianceHistory(
  { db }: Platform,
  input: ParsedInputOf<typeof operators.complianceHistory>,
  call: Call,
): Promise<OutputOf<typeof operators.complianceHistory>> {
  return await db.transaction(async (tx) => {
    const operatorId = await operatorOfCall(tx, call.actor, input);
    const period = await periodOf(tx, input);
    await actForTenant(tx, operatorId);
    const { rows } = await tx.query<Row>(
      `SELECT to_char(s.day, 'YYYY-MM-DD') AS day, s.score, s.parts FROM compliance_scores s
       WHERE s.tenant_id = $1 AND s.day BETWEEN $2 AND $3 ORDER BY s.day`,
      [operatorId, period.from, period.to],
    );
    const days = rows.map(({ day, score, parts }) => ({
      ...{ day, score },
      parts: parts.map(({ name, value, weight }) => ({ name, value, weight })),
    }));
    return { operatorId, ...period, days };
  });
}

/** The newest score of each of these operators that has one, beside the one of a week before it. */
export async function latestScores(
  db: Database,
  operatorIds: readonly string[],
): Promise<ReadonlyMap<string, LatestScore>> {
  return await db.transaction(async (tx) => {
    await actForEveryTenant(tx);
    const { rows } = await tx.query<{ id: string; day: string; score: number | null; before: number | null }>(
      `SELECT known.id, to_char(newest.day, 'YYYY-MM-DD') AS day, newest.score, before.score AS before
       FROM unnest($1::text[]) AS known (id)
       CROSS JOIN LATERAL (
         SELECT s.day, s.score FROM compliance_scores s WHERE s.tenant_id = known.id ORDER BY s.day DESC LIMIT 1
       ) newest
       LEFT JOIN compliance_scores before ON before.tenant_id = known.id AND before.day = newest.day - 7`,
      [operatorIds],
    );
    return new Map(rows.map(({ id, day, score, before }) => [id, { day, score, weekBefore: before }]));
  });
}
