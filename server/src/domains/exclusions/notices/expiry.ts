import type { Crypto } from '../../../platform/crypto/crypto.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { appendEvents } from '../../../platform/outbox/outbox.ts';
import { CONTACT_LOCALE, type ContactMessage, sendToContacts } from './contacts.ts';
import { type Reader, readersOf } from './readers.ts';
import { sendToAccount, sendToSupport } from './send.ts';
import { until } from './texts.ts';

const BATCH = 500;

export interface ExpiryNoticesOptions {
  /** Absent: the database's clock. */
  readonly now?: Date | undefined;
  /** Between two batches: throwing here stops after the last one that was committed. */
  readonly betweenBatches?: (() => void) | undefined;
}

/**
 * Notices 30, 7 and 1 days before the end of an exclusion, and one once it has come and the exclusion stays in
 * force until the person asks; each once for each end that was promised: the row that says so is written in the
 * transaction of the notice. After an outage, or once a renewal is switched off, only the one that fits the time left
 * is sent, and it says how many days are left. No notice for a point
 * that lies before the promise itself (a 30-day one has no "30 days before"), nor of one that renews, nor while
 * another exclusion of the same person lasts longer, for that would promise an end that does not come.
 */
export async function sendExpiryNotices(
  { db, crypto }: { readonly db: Database; readonly crypto: Crypto },
  options: ExpiryNoticesOptions = {},
): Promise<number> {
  const { now = null, betweenBatches } = options;
  for (let total = 0; ; ) {
    const claimed = await db.transaction((tx) => sendBatch(tx, crypto, now));
    total += claimed;
    if (claimed === 0) return total;
    betweenBatches?.();
  }
}

interface Due {
  readonly id: string;
  readonly reference: string;
  readonly ends_at: Date;
  /** Which notice: so many days before the end, or 0 once it has come. */
  readonly days: number;
  /** Begun ones counted: fewer where the notice comes late. */
  readonly days_left: number;
}

async function sendBatch(tx: Tx, crypto: Crypto, now: Date | null): Promise<number> {
  const claimed = await claim(tx, now);
  if (claimed.size === 0) return 0;
  const readers = (await readersOf(tx, [...claimed.keys()])).flatMap((reader) => {
    const due = claimed.get(reader.exclusionId);
    return due === undefined ? [] : [{ reader, due }];
  });
  await appendEvents(
    tx,
    readers.map(({ reader, due }) => ({ topic: `inbox/${reader.accountId}`, ...eventOf(due) })),
  );
  for (const { reader, due } of readers) await send(tx, crypto, reader, due);
  await sendToContacts(tx, crypto, new Map(Array.from(claimed, ([id, due]) => [id, recordOf(due)])));
  return claimed.size;
}

/** Of two workers at once the second finds the rows of the first and sends what is left. */
async function claim(tx: Tx, now: Date | null): Promise<Map<string, Due>> {
  const { rows } = await tx.query<Due>(
    `WITH clock AS (SELECT coalesce($2::timestamptz, statement_timestamp()) AS now), due AS (
       SELECT e.id, e.reference, e.ends_at, point.days,
              greatest(0, ceil(extract(epoch FROM e.ends_at - now) / 86400))::int AS days_left
         FROM clock, exclusions AS e
         CROSS JOIN LATERAL (
           SELECT min(days) AS days FROM unnest(ARRAY[30, 7, 1, 0]) AS days
            WHERE e.ends_at - make_interval(days => days) <= now) AS point
        WHERE e.ends_at > now - interval '30 days' AND e.ends_at <= now + interval '30 days'
          AND NOT e.renews AND e.lifted_at IS NULL AND NOT e.canary
          AND (e.ends_at > now OR e.in_force_until IS NULL)
          AND e.ends_at - make_interval(days => point.days)
              > greatest(coalesce(e.term_starts_at, e.starts_at), e.registered_at)
          AND NOT EXISTS (SELECT FROM exclusion_notices AS n
                           WHERE n.exclusion_id = e.id AND n.days_before = point.days
                             AND n.ends_at = e.ends_at)
          AND NOT EXISTS (SELECT FROM exclusion_persons AS mine
                            JOIN exclusion_persons AS theirs USING (person_id)
                            JOIN exclusions AS other ON other.id = theirs.exclusion_id
                           WHERE mine.exclusion_id = e.id AND other.id <> e.id
                             AND other.starts_at <= e.ends_at AND other.lifted_at IS NULL
                             AND (other.ends_at IS NULL OR other.renews OR other.ends_at > e.ends_at
                               OR (other.in_force_until IS NULL AND e.in_force_until IS NOT NULL)))
        ORDER BY e.ends_at LIMIT $1
     ), claimed AS (
       INSERT INTO exclusion_notices (exclusion_id, days_before, ends_at) SELECT id, days, ends_at FROM due
       ON CONFLICT DO NOTHING RETURNING exclusion_id
     )
     SELECT due.id, due.reference, due.ends_at, due.days, due.days_left FROM claimed JOIN due ON due.id = claimed.exclusion_id`,
    [BATCH, now],
  );
  return new Map(rows.map((due) => [due.id, due]));
}

function eventOf({ id, reference, ends_at, days }: Due) {
  const data = { exclusionId: id, reference, endsAt: ends_at.toISOString() };
  return days === 0
    ? { type: 'exclusionStays', data }
    : { type: 'exclusionEnding', data: { ...data, daysBefore: days } };
}

async function send(
  tx: Tx,
  crypto: Crypto,
  reader: Reader,
  { reference, ends_at, days, days_left }: Due,
): Promise<void> {
  await sendToAccount(tx, crypto, reader, {
    template: days === 0 ? 'exclusionStays' : 'exclusionEnding',
    data: (locale) => ({ reference, until: until(ends_at, locale), days: String(days_left) }),
  });
  if (days > 0) await sendToSupport(tx, crypto, reader, 'ending');
}

function recordOf({ reference, ends_at, days, days_left }: Due): ContactMessage {
  const data = { reference, until: until(ends_at, CONTACT_LOCALE), days: String(days_left) };
  return { template: days === 0 ? 'recordStays' : 'recordEnding', data };
}
