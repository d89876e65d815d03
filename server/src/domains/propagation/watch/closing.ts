import type { Tx } from '../../../platform/db/tx.ts';
import { raiseAlert, resolveAlert } from '../../alerts/index.ts';

/** How long an account may stay open of somebody whose exclusion an operator was told of. */
const STAGES = [
  { hours: 24, severity: 'warning', column: 'unclosed_warned' },
  { hours: 72, severity: 'critical', column: 'unclosed_critical' },
] as const;
type Stage = (typeof STAGES)[number];

const KIND = 'propagation.unclosed';
const BATCH = 200;

interface Row {
  readonly id: string;
  readonly unclosed: boolean;
}

/** An alert for each operator and stage while there is such an account. The transaction acts for every tenant. */
export async function watchClosing(tx: Tx): Promise<void> {
  for (const stage of STAGES) {
    const { rows } = await tx.query<Row>(
      `SELECT id, unclosed FROM (
         SELECT o.id, coalesce(p.${stage.column}, false) AS known, EXISTS (
             SELECT FROM propagation_receipts r
             WHERE r.tenant_id = o.id AND r.must_close AND r.closed_at IS NULL
               AND r.committed_at < clock_timestamp() - make_interval(hours => $1)
               AND r.effective_at < clock_timestamp() - make_interval(hours => $1)
               AND (r.excluded_until IS NULL OR r.excluded_until > clock_timestamp())
           ) AS unclosed
         FROM operators o LEFT JOIN propagation_operators p ON p.tenant_id = o.id WHERE NOT o.internal
       ) s WHERE known <> unclosed ORDER BY id LIMIT $2`,
      [stage.hours, BATCH],
    );
    for (const row of rows) await turn(tx, stage, row);
  }
}

async function turn(tx: Tx, { hours, severity, column }: Stage, { id, unclosed }: Row): Promise<void> {
  const key = `${id}:${hours}h`;
  if (unclosed) {
    await raiseAlert(tx, {
      kind: KIND,
      severity,
      operatorId: id,
      key,
      explanation:
        `An operator was told of an exclusion more than ${hours} hours ago and has not reported the account closed ` +
        '(operators.reportClosed). The alert ends by itself when it has.',
      facts: { hours },
    });
  } else {
    await resolveAlert(tx, { kind: KIND, key, resolution: 'The accounts were closed, or need not be.' });
  }
  await tx.query(
    `INSERT INTO propagation_operators (tenant_id, ${column}) VALUES ($1, $2)
     ON CONFLICT (tenant_id) DO UPDATE SET ${column} = excluded.${column}`,
    [id, unclosed],
  );
}
