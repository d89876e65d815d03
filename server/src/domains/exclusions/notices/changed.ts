import { exclusionJobs } from '@kinga/shared/exclusions/jobs.ts';
import type { ExclusionNews, SupportNews } from '@kinga/shared/exclusions/life-cycle.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import { newId } from '../../../platform/crypto/ids.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { appendEvents, enqueueJob } from '../../../platform/outbox/outbox.ts';
import { sendToContacts } from './contacts.ts';
import { readersOf } from './readers.ts';
import { sendToAccount, sendToSupport } from './send.ts';

export interface ToldChange {
  readonly exclusionId: string;
  readonly news: ExclusionNews;
  readonly endsAt: string | null;
}

const SUPPORT: Partial<Record<ExclusionNews, SupportNews>> = {
  extended: 'extended',
  renewalOn: 'extended',
  returnRequested: 'returnRequested',
  lifted: 'lifted',
};

/** Somebody else with the person's session must not end their protection unnoticed. */
const MESSAGES: Partial<Record<ExclusionNews, 'exclusionReturnRequested' | 'exclusionLifted'>> = {
  returnRequested: 'exclusionReturnRequested',
  lifted: 'exclusionLifted',
};

/** One row in the transaction of the change, which holds up every other writer of the register: a worker tells. */
export async function tellLater(tx: Tx, change: ToldChange): Promise<void> {
  await enqueueJob(tx, exclusionJobs.tellChange, { data: change, key: newId('tel') });
}

/** Tells the accounts of the person, or the person without one, and who supports them. */
export async function tellChange(tx: Tx, crypto: Crypto, change: ToldChange): Promise<void> {
  const { exclusionId, news, endsAt } = change;
  const { rows } = await tx.query<{ reference: string }>('SELECT reference FROM exclusions WHERE id = $1', [
    exclusionId,
  ]);
  const [exclusion] = rows;
  if (exclusion === undefined) return;
  const { reference } = exclusion;
  const readers = await readersOf(tx, [exclusionId]);
  await appendEvents(
    tx,
    readers.map(({ accountId }) => ({
      topic: `inbox/${accountId}`,
      type: 'exclusionChanged',
      data: { exclusionId, reference, change: news, endsAt },
    })),
  );
  const template = MESSAGES[news];
  const supportNews = SUPPORT[news];
  for (const reader of readers) {
    if (template !== undefined)
      await sendToAccount(tx, crypto, reader, { template, data: () => ({ reference }) });
    if (supportNews !== undefined) await sendToSupport(tx, crypto, reader, supportNews);
  }
  const record = news === 'lifted' ? 'recordEnded' : 'recordChanged';
  await sendToContacts(tx, crypto, new Map([[exclusionId, { template: record, data: { reference } }]]));
}
