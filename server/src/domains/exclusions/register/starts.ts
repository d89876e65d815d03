import { KingaError } from '@kinga/shared/contract/errors.ts';
import { isPersonal } from '@kinga/shared/contract/procedure.ts';
import type { PeriodRules } from '@kinga/shared/policy/values.ts';
import { DateTime } from 'luxon';
import type { Tx } from '../../../platform/db/tx.ts';
import { readPolicy } from '../../policy/index.ts';
import { isOver, KENYA_ZONE, termOf } from '../rules/period.ts';
import type { Outcome, Registration } from './registration.ts';
import { readClock } from './store.ts';

/** Said of a term that a past start has already used up. */
const ALREADY_OVER = 'the exclusion would already be over';
const PAST_START = 'is past: leave it out to begin at once';
const FAR_START = 'is too far ahead: one’s own exclusion begins within one year, any other within five';
/** Whoever wants to be protected means soon; a court or an authority may have to wait for something to end. */
const YEARS_AHEAD_MAX = { own: 1, others: 5 } as const;
/** Whose phone says "now" is believed so much. */
const CLOCKS_APART_MS = 5 * 60_000;

/**
 * Judged by the database's clock, and after the claims: a replay of what was registered in time is answered
 * also when the exclusion is over by now.
 */
export async function refusedStarts(
  tx: Tx,
  registrations: readonly Registration[],
): Promise<Map<Registration, Outcome>> {
  const outcomes = new Map<Registration, Outcome>();
  if (registrations.every(({ startsAt }) => startsAt === undefined)) return outcomes;
  const { at } = await readClock(tx);
  const { periods } = (await readPolicy(tx, at)).values;
  for (const registration of registrations) {
    const message = complaintAboutStart(registration, periods, at);
    if (message === undefined) continue;
    const details = [{ path: 'startsAt', message }];
    const error = new KingaError('INVALID_INPUT', `startsAt: ${message}`, { details });
    outcomes.set(registration, { kind: 'refused', error });
  }
  return outcomes;
}

/**
 * Staff may write down what was promised before. Of themselves nobody says that it began long ago: it would end, or
 * could be ended, before its time (L.N. 112 of 2026, r. 71(3) and r. 72(1)). One that begins in somebody's old age
 * protects nobody: a slip of the year is told while it can be mended.
 */
function complaintAboutStart(
  { by, period, startsAt }: Registration,
  periods: PeriodRules,
  at: number,
): string | undefined {
  if (startsAt === undefined) return undefined;
  if (isOver(termOf(period, startsAt, periods), at)) return ALREADY_OVER;
  const isOwn = by !== 'system' && by.kind === 'account' && isPersonal(by.role);
  if (isOwn && startsAt < at - CLOCKS_APART_MS) return PAST_START;
  const years = YEARS_AHEAD_MAX[isOwn ? 'own' : 'others'];
  return startsAt > DateTime.fromMillis(at, { zone: KENYA_ZONE }).plus({ years }).toMillis()
    ? FAR_START
    : undefined;
}
