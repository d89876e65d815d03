import { actForEveryTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { checkIdsOf, daysOf } from './days.ts';

/**
 * For each operator: of how many people who were excluded on this day it learnt within 24 hours, because it asked.
 * Complete once the next day is over. Imports are left out: they were excluded before.
 */
export async function countChecked(tx: Tx, day: string): Promise<Map<string, number>> {
  await actForEveryTenant(tx);
  const { begins, ends } = daysOf({ from: day, to: day });
  const { first } = checkIdsOf(day);
  const { end } = checkIdsOf(ends.toISOString());
  const { rows } = await tx.query<{ operator_id: string; checked: number }>(
    `SELECT k.tenant_id AS operator_id, count(DISTINCT e.id)::float8 AS checked
       FROM exclusions AS e
       JOIN exclusion_persons AS p ON p.exclusion_id = e.id
       JOIN identifiers AS i ON i.person_id = p.person_id
       JOIN checks AS c ON c.subject = encode(i.key, 'hex')::uuid AND c.answer = 'E'
        AND c.id >= $3::uuid AND c.id < $4::uuid
        AND c.at >= e.registered_at AND c.at < e.registered_at + interval '24 hours'
       JOIN api_keys AS k ON k.no = c.key_no
      WHERE e.registered_at >= $1 AND e.registered_at < $2 AND e.registered_by <> 'import'
        AND NOT e.canary
      GROUP BY k.tenant_id`,
    [begins, ends, first, end],
  );
  return new Map(rows.map(({ operator_id, checked }) => [operator_id, checked]));
}
