import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure } from '../contract/procedure.ts';
import { topic } from '../contract/topic.ts';

const wallet_ = z.object({
  accountId: fields.id,
  balanceMinor: fields.amountMinor,
  currency: z.literal('KES'),
});
export type Wallet = z.output<typeof wallet_>;

export const wallet = {
  get: procedure('wallet.get', {
    summary: 'A wallet’s balance: one’s own, or for an administrator anybody’s',
    access: { roles: ['bettor', 'admin'] },
    input: z.strictObject({ accountId: fields.id.optional() }),
    output: wallet_,
  }),
  fund: procedure('wallet.fund', {
    summary: 'Demo funds: a real ledger entry from the house’s demo account to a bettor’s wallet',
    access: { roles: ['admin'] },
    input: z.strictObject({ accountId: fields.id, amountMinor: fields.positiveAmountMinor }),
    output: wallet_.extend({ entryId: fields.id }),
    idempotency: 'accepted',
    limit: 'staff',
  }),
};

export const ledgerTopics = {
  wallet: topic({
    pattern: 'wallet/<accountId>',
    kind: 'log',
    summary: 'Every movement of one wallet, with the balance after it',
    access: 'owner',
    retentionDays: 7,
    events: {
      moved: z.object({
        entryId: fields.id,
        purpose: z.enum(['funding', 'stake']),
        /** Signed: negative when money left the wallet. */
        amountMinor: z.string().regex(/^-?\d+$/),
        balanceMinor: fields.amountMinor,
        currency: z.literal('KES'),
      }),
    },
  }),
};
