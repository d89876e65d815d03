import { topicName } from '@kinga/shared/contract/topic.ts';
import { type Change, propagationTopics } from '@kinga/shared/propagation/contract.ts';
import { z } from 'zod';
import type { Crypto } from '../../platform/crypto/crypto.ts';

export const CHANGES = propagationTopics.operatorChanges;
/** The topic of the operator whose id a column or a parameter holds. */
export const SQL_TOPIC = (operatorId: string) => `'operators/' || ${operatorId} || '/changes'`;

export function topicOf(operatorId: string): string {
  return topicName(CHANGES.pattern, operatorId);
}

/** An event as it rests in the database: what names people is as sealed as in the tables it comes from. */
const sealedChange = z.object({
  handle: z.string(),
  effectiveAt: z.string(),
  registerSeq: z.number(),
  receiptId: z.string(),
  again: z.literal(true).optional(),
  sealed: z.object({ token: z.string(), customers: z.array(z.string()) }),
});
export type SealedChange = z.output<typeof sealedChange>;

export function openChange(crypto: Crypto, data: unknown): Change {
  const { sealed, ...rest } = sealedChange.parse(data);
  const open = (text: string) => crypto.open(Buffer.from(text, 'base64'));
  return { token: open(sealed.token), customerIds: sealed.customers.map(open), ...rest };
}
