import { reportCsv } from '@kinga/shared/exclusions/report.ts';
import { DateTime } from 'luxon';
import type { Platform } from '../../../platform/context.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import { actForEveryTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { type Locale, sendMessage } from '../../notifications/index.ts';
import { KENYA_ZONE } from '../rules/period.ts';
import { readReport } from './report.ts';

export interface SendReportsOptions {
  /** Absent: the database's clock. */
  readonly now?: Date | undefined;
  /** Throwing here stops after the last recipient that was committed. */
  readonly betweenRecipients?: (() => void) | undefined;
}

interface Recipient {
  /** What stands in the table for them: no address. */
  readonly key: string;
  readonly email: string;
  readonly locale: Locale;
  readonly accountId?: string;
  /** Whose row they get; absent: every one. */
  readonly operatorId?: string;
}

/**
 * Last month's compliance report, to the accounts of the regulator and, of its own row, to whom each operator names
 * for it. Each once a month: the row that says so is in the transaction of the message, so a run may end anywhere and
 * the next goes on there. Returns how many were sent.
 */
export async function sendReports(
  { db, crypto }: Pick<Platform, 'db' | 'crypto'>,
  { now, betweenRecipients = () => {} }: SendReportsOptions = {},
): Promise<number> {
  const month = lastMonthOf(now ?? (await clockOf(db)));
  const { recipients, report } = await db.transaction(async (tx) => {
    await actForEveryTenant(tx);
    const missing = await notSentYet(tx, month.name, await recipientsOf(tx, crypto, month.to));
    return { recipients: missing, report: missing.length === 0 ? undefined : await readReport(tx, month) };
  });
  let sent = 0;
  for (const recipient of recipients) {
    betweenRecipients();
    const { operatorId } = recipient;
    const rows =
      report?.rows.filter((row) => operatorId === undefined || row.operatorId === operatorId) ?? [];
    const data = { month: month.name, csv: reportCsv(rows), uncounted: report?.uncounted.join(', ') || '-' };
    if (await db.transaction((tx) => sendOne(tx, crypto, recipient, data))) sent++;
  }
  return sent;
}

async function clockOf(tx: Tx): Promise<Date> {
  const { rows } = await tx.query<{ now: Date }>('SELECT statement_timestamp() AS now');
  return rows[0]?.now ?? new Date();
}

function lastMonthOf(now: Date): { readonly name: string; readonly from: string; readonly to: string } {
  const first = DateTime.fromJSDate(now, { zone: KENYA_ZONE }).startOf('month').minus({ months: 1 });
  return {
    name: first.toFormat('yyyy-MM'),
    from: first.toISODate() ?? '',
    to: first.endOf('month').toISODate() ?? '',
  };
}

/** Of an operator that was entered only afterwards there is nothing to report. */
async function recipientsOf(tx: Tx, crypto: Crypto, lastDay: string): Promise<Recipient[]> {
  const { rows: regulators } = await tx.query<{ id: string; email: string; locale: Locale }>(
    `SELECT id, email, locale FROM accounts
     WHERE role = 'regulator' AND suspended_at IS NULL AND email IS NOT NULL ORDER BY id`,
  );
  const { rows: named } = await tx.query<{ id: string; email: string; locale: Locale }>(
    `SELECT o.id, recipient.email, coalesce(s.settings ->> 'locale', 'en') AS locale
     FROM operators o JOIN operator_settings s ON s.tenant_id = o.id
     CROSS JOIN LATERAL jsonb_array_elements_text(s.settings -> 'reportRecipients') AS recipient (email)
     WHERE NOT o.internal AND o.created_at < ($1::date + 1)::timestamp AT TIME ZONE '${KENYA_ZONE}'
     ORDER BY o.id, recipient.email`,
    [lastDay],
  );
  return [
    ...regulators.map(({ id, email, locale }) => ({ key: id, email, locale, accountId: id })),
    ...named.map(({ id, email, locale }) => ({
      key: `${id}:${crypto.digest('report.recipient', email)}`,
      email,
      locale,
      operatorId: id,
    })),
  ];
}

async function notSentYet(tx: Tx, month: string, recipients: readonly Recipient[]): Promise<Recipient[]> {
  const { rows } = await tx.query<{ recipient: string }>(
    'SELECT recipient FROM report_sends WHERE month = $1',
    [month],
  );
  const sent = new Set(rows.map(({ recipient }) => recipient));
  return recipients.filter(({ key }) => !sent.has(key));
}

async function sendOne(
  tx: Tx,
  crypto: Crypto,
  { key, email, locale, accountId }: Recipient,
  data: Readonly<Record<'month' | 'csv' | 'uncounted', string>>,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    'INSERT INTO report_sends (month, recipient) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    [data.month, key],
  );
  if (rowCount === 0) return false;
  const account = accountId === undefined ? {} : { accountId };
  await sendMessage(tx, crypto, {
    ...{ channel: 'email', to: email, template: 'complianceReport', data, locale },
    ...account,
  });
  return true;
}
