import type { Crypto } from '../../../platform/crypto/crypto.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { appendEvents } from '../../../platform/outbox/outbox.ts';
import { CONTACT_LOCALE, sendToContacts } from './contacts.ts';
import { readersOf } from './readers.ts';
import { sendToAccount, sendToSupport } from './send.ts';
import { until } from './texts.ts';

/** Tells the accounts of the excluded person, or the person without one, and who supports them: it is in force. */
export async function confirmRegistration(tx: Tx, crypto: Crypto, exclusionId: string): Promise<void> {
  const { rows } = await tx.query<{ reference: string; ends_at: Date | null }>(
    'SELECT reference, ends_at FROM exclusions WHERE id = $1',
    [exclusionId],
  );
  const [exclusion] = rows;
  if (exclusion === undefined) return;
  const { reference, ends_at: endsAt } = exclusion;
  const readers = await readersOf(tx, [exclusionId]);
  await appendEvents(
    tx,
    readers.map(({ accountId }) => ({
      topic: `inbox/${accountId}`,
      type: 'exclusionRegistered',
      data: { exclusionId, reference, endsAt: endsAt?.toISOString() ?? null },
    })),
  );
  for (const reader of readers) {
    await sendToAccount(tx, crypto, reader, {
      template: 'exclusionRegistered',
      data: (locale) => ({ reference, until: until(endsAt, locale) }),
    });
    await sendToSupport(tx, crypto, reader, 'registered');
  }
  const data = { reference, until: until(endsAt, CONTACT_LOCALE) };
  await sendToContacts(tx, crypto, new Map([[exclusionId, { template: 'recordBegun', data }]]));
}
