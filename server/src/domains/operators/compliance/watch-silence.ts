import type { Database } from '../../../platform/db/database.ts';
import { actForEveryTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { raiseAlert, resolveAlert } from '../../alerts/index.ts';
import { ASKS } from '../keys/asking.ts';

/** Operators verify every day; one that has not for so long is down, or lets people in unseen. */
const SILENT_HOURS = 24;

interface Asking {
  readonly id: string;
  readonly keys: number;
  readonly asked_at: Date | null;
  readonly is_silent: boolean;
}

/** Of every operator with a key to ask with: raises or resolves the alert that it does not. Returns the silent ones. */
export async function watchSilence(
  db: Database,
  betweenOperators: () => void = () => {},
): Promise<readonly string[]> {
  const { rows } = await db.transaction(async (tx) => {
    await actForEveryTenant(tx);
    return await tx.query<Asking>(ASKING, [SILENT_HOURS]);
  });
  for (const operator of rows) {
    betweenOperators();
    await db.transaction((tx) => watch(tx, operator));
  }
  return rows.filter((row) => row.is_silent).map(({ id }) => id);
}

/**
 * A key made within the time has not been silent for it. Asked is by any production key, also one that has ended
 * since. A suspended operator can not ask, and one that is reinstated has that long from then.
 */
const ASKING = `
  SELECT o.id, has.keys, asked.at AS asked_at,
         o.suspended_at IS NULL AND has.since <= now.limit_at AND coalesce(asked.at <= now.limit_at, true)
           AND NOT EXISTS (SELECT FROM operator_suspensions s
                           WHERE s.tenant_id = o.id AND s.reinstated_at > now.limit_at) AS is_silent
  FROM operators o
  CROSS JOIN (SELECT statement_timestamp() - make_interval(hours => $1) AS limit_at) now
  CROSS JOIN LATERAL (
    SELECT count(*)::int AS keys, min(k.created_at) AS since FROM api_keys k WHERE k.tenant_id = o.id AND ${ASKS}
  ) has
  CROSS JOIN LATERAL (
    SELECT max(u.last_asked_at) AS at FROM key_usage u JOIN api_keys k ON k.id = u.key_id
    WHERE u.tenant_id = o.id AND k.environment = 'live'
  ) asked
  WHERE NOT o.internal AND has.keys > 0
  ORDER BY o.id`;

async function watch(tx: Tx, { id, keys, asked_at: askedAt, is_silent: isSilent }: Asking): Promise<void> {
  const which = { kind: 'operators.compliance', key: `${id}:silent` } as const;
  if (!isSilent) {
    await resolveAlert(tx, { ...which, resolution: 'It asks again, or can not be asking.' });
    return;
  }
  await raiseAlert(tx, {
    ...which,
    severity: 'critical',
    operatorId: id,
    explanation: `Nobody was asked about for ${SILENT_HOURS} hours, although the operator has ${keys} production key(s)`,
    facts: { about: 'silent', keys, hours: SILENT_HOURS, askedAt: askedAt?.toISOString() ?? null },
  });
}
