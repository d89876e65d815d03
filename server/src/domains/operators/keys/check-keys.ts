import { DateTime } from 'luxon';
import { ZONE } from '../../../platform/call/instants.ts';
import type { Platform } from '../../../platform/context.ts';
import type { Database } from '../../../platform/db/database.ts';
import { actForEveryTenant, actForTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { raiseAlert, resolveAlert } from '../../alerts/index.ts';
import { sendMessage } from '../../notifications/index.ts';
import { contactAbout } from '../contact.ts';
import { ASKS } from './asking.ts';

/** So many days before a key ends by itself, its operator is told. */
const TOLD_DAYS_BEFORE = [30, 7, 1] as const;
/** An operator whose last key ends this soon is going to ask nobody any more. */
const LAST_KEY_DAYS = 7;

interface Ending {
  readonly id: string;
  readonly tenant_id: string;
  readonly label: string;
  readonly expires_at: Date;
  readonly days_left: number;
}

/**
 * Tells operators which of their production keys end soon, each once for one end, and whoever watches over them
 * whose last one does. What is told is in the transaction of its notice: a run may end anywhere, and the next
 * goes on there. Returns how many keys were told about.
 */
export async function checkKeys(
  { db, crypto }: Pick<Platform, 'db' | 'crypto'>,
  betweenOnes: () => void = () => {},
): Promise<number> {
  let told = 0;
  for (const ending of await acrossOperators<Ending>(db, ENDING, [Math.max(...TOLD_DAYS_BEFORE)])) {
    betweenOnes();
    if (await db.transaction((tx) => tell(tx, crypto, ending))) told++;
  }
  for (const last of await acrossOperators<LastKey>(db, LAST_KEYS, [LAST_KEY_DAYS])) {
    betweenOnes();
    await db.transaction((tx) => watch(tx, last));
  }
  return told;
}

async function acrossOperators<TRow extends object>(
  db: Database,
  sql: string,
  values: unknown[],
): Promise<TRow[]> {
  return await db.transaction(async (tx) => {
    await actForEveryTenant(tx);
    return (await tx.query<TRow>(sql, values)).rows;
  });
}

/** A key that was rotated has another in its place, and is meant to end. */
const ENDING = `
  SELECT k.id, k.tenant_id, k.label, k.expires_at,
         ceil(extract(epoch FROM k.expires_at - statement_timestamp()) / 86400)::int AS days_left
  FROM api_keys k JOIN operators o ON o.id = k.tenant_id
  WHERE k.environment = 'live' AND k.revoked_at IS NULL AND k.replaced_by IS NULL
    AND k.expires_at > statement_timestamp()
    AND k.expires_at <= statement_timestamp() + make_interval(days => $1)
    AND NOT o.internal AND o.suspended_at IS NULL
  ORDER BY k.id`;

async function tell(tx: Tx, crypto: Platform['crypto'], ending: Ending): Promise<boolean> {
  const due = Math.min(...TOLD_DAYS_BEFORE.filter((days) => days >= ending.days_left));
  await actForTenant(tx, ending.tenant_id);
  const { rowCount } = await tx.query(
    `INSERT INTO key_notices (tenant_id, key_id, expires_at, days_before) VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING`,
    [ending.tenant_id, ending.id, ending.expires_at, due],
  );
  if (rowCount === 0) return false;
  const contact = await contactAbout(tx, ending.tenant_id, 'keys');
  if (contact === undefined) return true;
  await sendMessage(tx, crypto, {
    channel: 'email',
    to: contact.email,
    template: 'keyEnding',
    data: { label: ending.label, keyId: ending.id, until: dayOf(ending.expires_at) },
    locale: contact.locale,
  });
  return true;
}

interface LastKey {
  readonly id: string;
  readonly keys: number;
  /** When the last of its keys ends; null: one of them never does. */
  readonly ends_at: Date | null;
  readonly is_safe: boolean;
}

/** An operator that has no key left is not among them: its alert stays until somebody closes it. */
const LAST_KEYS = `
  SELECT o.id, count(*)::int AS keys,
         CASE WHEN bool_and(k.expires_at IS NOT NULL) THEN max(k.expires_at) END AS ends_at,
         o.suspended_at IS NOT NULL OR bool_or(k.expires_at IS NULL)
           OR max(k.expires_at) > statement_timestamp() + make_interval(days => $1) AS is_safe
  FROM operators o JOIN api_keys k ON k.tenant_id = o.id
  WHERE NOT o.internal AND ${ASKS}
  GROUP BY o.id ORDER BY o.id`;

async function watch(tx: Tx, { id, keys, ends_at: endsAt, is_safe: isSafe }: LastKey): Promise<void> {
  const which = { kind: 'operators.key', key: id } as const;
  if (isSafe || endsAt === null) {
    await resolveAlert(tx, { ...which, resolution: 'It has a key that lasts, or is suspended.' });
    return;
  }
  await raiseAlert(tx, {
    ...which,
    severity: 'warning',
    operatorId: id,
    explanation: `The last production key ends on ${dayOf(endsAt)}: after that the operator can ask about nobody`,
    facts: { keys, endsAt: endsAt.toISOString() },
  });
}

function dayOf(instant: Date): string {
  return DateTime.fromJSDate(instant, { zone: ZONE }).toISODate() ?? '';
}
