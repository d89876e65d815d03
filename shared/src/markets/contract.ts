import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure } from '../contract/procedure.ts';
import { topic } from '../contract/topic.ts';

export const OUTCOMES = ['YES', 'NO'] as const;
export type Outcome = (typeof OUTCOMES)[number];
const outcome = z.enum(OUTCOMES);

/** Decimal odds of a pari-mutuel pool as a string with four decimals; null while nobody backed the outcome. */
const odds = z.object({ YES: z.string().nullable(), NO: z.string().nullable() });
const pools = z.object({ YES: fields.amountMinor, NO: fields.amountMinor });

const market = z.object({
  id: fields.id,
  question: z.string(),
  closesAt: fields.instant,
  /** What the market was opened with, else the least stake of the policy then in force (Gambling Control Act 2025, s. 71(1)). */
  minStakeMinor: fields.amountMinor,
  currency: z.literal('KES'),
  pools,
  odds,
  /** The version of this state on `markets/<id>`. */
  version: fields.seq,
});
export type Market = z.output<typeof market>;

export const markets = {
  open: procedure('markets.open', {
    summary: 'Open a YES/NO market that takes bets until it closes',
    access: { roles: ['admin'] },
    input: z.strictObject({
      question: fields.shortText,
      closesAt: fields.givenInstant,
      minStakeMinor: fields.positiveAmountMinor.optional(),
    }),
    output: market,
    idempotency: 'accepted',
    limit: 'staff',
  }),
  get: procedure('markets.get', {
    summary: 'One market with its pools and odds',
    access: 'signedIn',
    input: z.strictObject({ id: fields.id }),
    output: market,
  }),
  list: procedure('markets.list', {
    summary: 'Markets, the newest first',
    access: 'signedIn',
    input: fields.listInput,
    output: fields.page(market),
  }),
  placeBet: procedure('markets.placeBet', {
    summary:
      'Stake on an outcome: the register, the balance and the closing time are judged in one transaction',
    access: { roles: ['bettor'] },
    input: z.strictObject({ marketId: fields.id, outcome, stakeMinor: fields.positiveAmountMinor }),
    output: z.object({
      betId: fields.id,
      marketId: fields.id,
      outcome,
      stakeMinor: fields.amountMinor,
      currency: z.literal('KES'),
      placedAt: fields.instant,
      /** The wallet after the stake. */
      balanceMinor: fields.amountMinor,
      pools,
      odds,
    }),
    idempotency: 'required',
    errors: {
      EXCLUDED: { message: 'This person is excluded from betting', retry: false },
      /** By the date of birth that is known of the account, and the policy's minimum age. */
      UNDERAGE: { message: 'This person is too young to bet', retry: false },
      MARKET_CLOSED: { message: 'The market takes no more bets', retry: false },
      INSUFFICIENT_FUNDS: { message: 'The wallet holds less than the stake', retry: false },
      STAKE_TOO_SMALL: { message: 'The stake is below the market’s minimum', retry: false },
    },
  }),
};

export const marketTopics = {
  market: topic({
    pattern: 'markets/<id>',
    kind: 'state',
    summary: 'Pools and odds of one market',
    access: 'signedIn',
    events: { state: market },
  }),
};
