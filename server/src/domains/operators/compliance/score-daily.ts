import type { CompliancePart } from '@kinga/shared/operators/compliance.ts';
import type { DateTime } from 'luxon';
import type { Platform } from '../../../platform/context.ts';
import { actForEveryTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { raiseAlert, resolveAlert } from '../../alerts/index.ts';
import { sendMessage } from '../../notifications/index.ts';
import { contactAbout } from '../contact.ts';
import { ASKS } from '../keys/asking.ts';
import { judgeOperator } from './compliance.ts';
import { today } from './days.ts';

/** Below this somebody looks, and the operator is written to. */
const LOW = 60;
/** So many points below the best score of the last week is a sharp fall. */
const FALL = 15;
/** An operator is alarmed about when it has been asking for so long: before that nothing can be good yet. */
const LIVE_DAYS = 7;
const JUDGED_DAYS = 30;

interface Judged {
  readonly id: string;
  readonly is_live: boolean;
}
interface Score {
  readonly day: string;
  readonly score: number | null;
  readonly parts: readonly CompliancePart[];
}
interface Before {
  readonly best: number | null;
  readonly was_low: boolean | null;
}

/**
 * Writes each operator's score of yesterday down, over the thirty days up to it, and tells of those that are low or
 * fell sharply. Each operator once a day: what is told is in the transaction of its row, so a run may end anywhere
 * and the next goes on there. Returns how many were scored.
 */
export async function scoreCompliance(
  { db, crypto }: Pick<Platform, 'db' | 'crypto'>,
  betweenOperators: () => void = () => {},
): Promise<number> {
  const yesterday = (await today(db)).minus({ days: 1 });
  const { rows } = await db.transaction(async (tx) => {
    await actForEveryTenant(tx);
    return await tx.query<Judged>(UNSCORED, [dateOf(yesterday), LIVE_DAYS]);
  });
  let scored = 0;
  for (const operator of rows) {
    betweenOperators();
    if (await db.transaction((tx) => scoreOne(tx, crypto, operator, yesterday))) scored++;
  }
  return scored;
}

/** is_live: asks now, and has had a key to do so for a week. A suspended operator alarms nobody. */
const UNSCORED = `
  SELECT o.id,
         o.suspended_at IS NULL AND EXISTS (SELECT FROM api_keys k WHERE k.tenant_id = o.id AND ${ASKS})
           AND EXISTS (SELECT FROM api_keys k WHERE k.tenant_id = o.id AND k.environment = 'live'
                         AND k.created_at < statement_timestamp() - make_interval(days => $2)) AS is_live
  FROM operators o
  WHERE NOT o.internal AND o.created_at < ($1::date + 1)::timestamp AT TIME ZONE 'Africa/Nairobi'
    AND NOT EXISTS (SELECT FROM compliance_scores s WHERE s.tenant_id = o.id AND s.day = $1::date)
  ORDER BY o.id`;

async function scoreOne(
  tx: Tx,
  crypto: Platform['crypto'],
  { id, is_live: isLive }: Judged,
  yesterday: DateTime,
): Promise<boolean> {
  const day = dateOf(yesterday);
  const from = dateOf(yesterday.minus({ days: JUDGED_DAYS - 1 }));
  const { score, parts } = await judgeOperator(tx, id, { from, to: day });
  const before = await readBefore(tx, id, day);
  const isLow = isLive && score !== null && score < LOW;
  const { rowCount } = await tx.query(
    `INSERT INTO compliance_scores (tenant_id, day, score, parts, low) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT DO NOTHING`,
    [id, day, score, JSON.stringify(parts), isLow],
  );
  if (rowCount === 0) return false;
  await watchLow(tx, id, { isLow, day, score, parts });
  await watchFall(tx, id, { isLive, day, score, parts, best: before.best });
  if (isLow && !before.was_low) await writeTo(tx, crypto, id, { day, score });
  return true;
}

async function readBefore(tx: Tx, operatorId: string, day: string): Promise<Before> {
  const { rows } = await tx.query<Before>(
    `SELECT (SELECT max(score) FROM compliance_scores
             WHERE tenant_id = $1 AND day >= $2::date - 7 AND day < $2::date) AS best,
            (SELECT low FROM compliance_scores
             WHERE tenant_id = $1 AND day < $2::date ORDER BY day DESC LIMIT 1) AS was_low`,
    [operatorId, day],
  );
  return rows[0] ?? { best: null, was_low: null };
}

async function watchLow(tx: Tx, operatorId: string, of: Score & { readonly isLow: boolean }): Promise<void> {
  const which = { kind: 'operators.compliance', key: `${operatorId}:low` } as const;
  const { isLow, day, score, parts } = of;
  if (!isLow) {
    await resolveAlert(tx, { ...which, resolution: `The score is no longer below ${LOW}.` });
    return;
  }
  await raiseAlert(tx, {
    ...which,
    severity: 'warning',
    operatorId,
    explanation: `The compliance score of ${day} is ${score}, below ${LOW}. ${weakest(parts)}`,
    facts: { about: 'low', day, score, limit: LOW, values: valuesOf(parts) },
  });
}

async function watchFall(
  tx: Tx,
  operatorId: string,
  of: Score & { readonly isLive: boolean; readonly best: number | null },
): Promise<void> {
  const which = { kind: 'operators.compliance', key: `${operatorId}:fell` } as const;
  const { isLive, day, score, best, parts } = of;
  if (!isLive || score === null || best === null || best - score < FALL) {
    await resolveAlert(tx, { ...which, resolution: 'The score does not fall any more.' });
    return;
  }
  await raiseAlert(tx, {
    ...which,
    severity: 'warning',
    operatorId,
    explanation: `The compliance score fell from ${best} to ${score} within a week. ${weakest(parts)}`,
    facts: { about: 'fell', day, score, best, values: valuesOf(parts) },
  });
}

async function writeTo(
  tx: Tx,
  crypto: Platform['crypto'],
  operatorId: string,
  { day, score }: Pick<Score, 'day' | 'score'>,
): Promise<void> {
  const contact = await contactAbout(tx, operatorId, 'compliance');
  if (contact === undefined) return;
  await sendMessage(tx, crypto, {
    channel: 'email',
    to: contact.email,
    template: 'complianceLow',
    data: { score: String(score), threshold: String(LOW), day },
    locale: contact.locale,
  });
}

/** What costs the most points. */
function weakest(parts: readonly CompliancePart[]): string {
  const cost = ({ value, weight }: CompliancePart) => (value === null ? 0 : (1 - value) * weight);
  const worst = [...parts].sort((a, b) => cost(b) - cost(a))[0];
  return worst === undefined ? '' : worst.reason;
}

function valuesOf(parts: readonly CompliancePart[]): Record<string, number | null> {
  return Object.fromEntries(parts.map(({ name, value }) => [name, value]));
}

function dateOf(day: DateTime): string {
  return day.toISODate() ?? '';
}
