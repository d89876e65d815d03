import { invalidInput } from '@kinga/shared/contract/errors.ts';
import type { Market, Outcome } from '@kinga/shared/markets/contract.ts';
import { DateTime } from 'luxon';

const ODDS_SCALE = 10_000n;

export interface Pools {
  readonly YES: bigint;
  readonly NO: bigint;
}

/** Pari-mutuel: what one shilling on the outcome gets back out of both pools, cut off after four decimals. */
export function oddsOf(pools: Pools): Record<Outcome, string | null> {
  const total = pools.YES + pools.NO;
  const odds = (pool: bigint) => {
    if (pool === 0n) return null;
    const scaled = (total * ODDS_SCALE) / pool;
    return `${scaled / ODDS_SCALE}.${(scaled % ODDS_SCALE).toString().padStart(4, '0')}`;
  };
  return { YES: odds(pools.YES), NO: odds(pools.NO) };
}

/** Pools and odds as the wire writes them. */
export function poolsOnWire(pools: Pools): Pick<Market, 'pools' | 'odds'> {
  return { pools: { YES: pools.YES.toString(), NO: pools.NO.toString() }, odds: oddsOf(pools) };
}

/** A date without a time is 00:00 in Nairobi. */
export function closingTime(given: string): Date {
  const at = DateTime.fromISO(given, { zone: 'Africa/Nairobi' });
  if (!at.isValid) throw invalidInput('closesAt', 'not a point in time');
  return at.toJSDate();
}
