import { actForEveryTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { raiseAlert, resolveAlert } from '../../alerts/index.ts';
import { SUSPENDED } from './lateness.ts';

/** How long an account may stay open of somebody whose exclusion an operator was told of. */
const STAGES = [
  { hours: 24, severity: 'warning', column: 'unclosed_warned' },
  { hours: 72, severity: 'critical', column: 'unclosed_critical' },
] as const;
type Stage = (typeof STAGES)[number];

const KIND = 'propagation.unclosed';
/** Told again so often it is counted, or raised anew when somebody has closed it although nothing was better. */
const TOLD_EVERY = '1 hour';

interface Row {
  readonly id: string;
  readonly unclosed: boolean;
  readonly suspended: boolean;
}

/**
 * An alert for each of these operators and each stage while there is such an account. The transaction acts for
 * every tenant from then on.
 */
export async function watchClosing(tx: Tx, operatorIds: readonly string[]): Promise<void> {
  await actForEveryTenant(tx);
  const turns: { readonly stage: Stage; readonly row: Row }[] = [];
  for (const stage of STAGES) {
    const { rows } = await tx.query<Row>(
      `SELECT id, unclosed, suspended FROM (
         SELECT o.id, o.suspended_at IS NOT NULL AS suspended, coalesce(p.${stage.column}, false) AS known,
                p.${stage.column}_at AS told_at,
                o.suspended_at IS NULL
                AND coalesce(p.watched_since < statement_timestamp() - make_interval(hours => $1), true)
                AND EXISTS (
             SELECT FROM propagation_receipts r
             WHERE r.tenant_id = o.id AND r.must_close AND r.closed_at IS NULL
               AND r.committed_at < statement_timestamp() - make_interval(hours => $1)
               AND r.effective_at < statement_timestamp() - make_interval(hours => $1)
               AND (r.excluded_until IS NULL OR r.excluded_until > statement_timestamp())
           ) AS unclosed
         FROM unnest($2::text[]) AS seen (id) JOIN operators o ON o.id = seen.id
         LEFT JOIN propagation_operators p ON p.tenant_id = o.id
       ) s
       WHERE known <> unclosed
          OR (unclosed AND coalesce(told_at < statement_timestamp() - interval '${TOLD_EVERY}', true))
       ORDER BY id`,
      [stage.hours, operatorIds],
    );
    for (const row of rows) turns.push({ stage, row });
  }
  // Operator after operator, as acknowledgements take them; not once around for each stage.
  turns.sort((a, b) => (a.row.id < b.row.id ? -1 : a.row.id > b.row.id ? 1 : 0));
  for (const { stage, row } of turns) await turn(tx, stage, row);
}

async function turn(tx: Tx, { hours, severity, column }: Stage, row: Row): Promise<void> {
  const { id, unclosed, suspended } = row;
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
    const resolution = suspended ? SUSPENDED : 'The accounts were closed, or need not be.';
    await resolveAlert(tx, { kind: KIND, key, resolution });
  }
  await tx.query(
    `INSERT INTO propagation_operators (tenant_id, ${column}, ${column}_at) VALUES ($1, $2, statement_timestamp())
     ON CONFLICT (tenant_id) DO UPDATE SET ${column} = excluded.${column}, ${column}_at = excluded.${column}_at`,
    [id, unclosed],
  );
}
