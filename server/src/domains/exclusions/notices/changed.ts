import type { SupportNews } from '@kinga/shared/exclusions/life-cycle.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { appendEvents } from '../../../platform/outbox/outbox.ts';
import { readersOf } from './readers.ts';
import { sendToAccount, sendToSupport } from './send.ts';

export type ExclusionNews =
  | 'extended'
  | 'renewalOn'
  | 'renewalOff'
  | 'returnRequested'
  | 'returnCancelled'
  | 'lifted';

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

/** Tells the accounts of the person, and who supports them, in the transaction of the change. */
export async function tellChange(
  tx: Tx,
  crypto: Crypto,
  change: { exclusionId: string; reference: string; news: ExclusionNews; endsAt: string | null },
): Promise<void> {
  const { exclusionId, reference, news, endsAt } = change;
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
}
