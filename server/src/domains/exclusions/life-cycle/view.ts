import type { ExclusionCycle, LifeCycleAction, OwnExclusion } from '@kinga/shared/exclusions/life-cycle.ts';
import { isOver, statusOf } from '../rules/period.ts';
import { type Cycle, iso, type Wish } from './row.ts';
import { promisedEnd, type RulesAt, returnPossibleFrom } from './rules.ts';

/** An exclusion as its life cycle is told, at the instant it was read. */
export function viewOf(cycle: Cycle, rulesAt: RulesAt): ExclusionCycle {
  const wish = openWish(cycle);
  return {
    id: cycle.id,
    reference: cycle.reference,
    status: statusOf(cycle, cycle.now),
    period: cycle.period,
    source: cycle.source,
    startsAt: iso(cycle.startsAt),
    endsAt: iso(promisedEnd(cycle, cycle.now)),
    registeredAt: iso(cycle.registeredAt),
    seq: cycle.seq,
    needsReview: cycle.needsReview,
    inForceUntil: iso(cycle.inForceUntil),
    renews: cycle.renews,
    staysUntilReturn: cycle.stays && cycle.liftedAt === null,
    returnPossibleFrom: iso(returnPossibleFrom(cycle, rulesAt)),
    returnRequestedAt: iso(wish?.requestedAt ?? null),
    returnAvailableAt: iso(wish?.availableAt ?? null),
    returnLapsesAt: iso(wish?.lapsesAt ?? null),
    liftedAt: iso(cycle.liftedAt),
  };
}

/** The same with what its person may do about it. */
export function ownViewOf(cycle: Cycle, rulesAt: RulesAt, mayChange: boolean): OwnExclusion {
  const view = viewOf(cycle, rulesAt);
  const { now } = cycle;
  const wish = openWish(cycle);
  const isChangeable = mayChange && cycle.liftedAt === null && !isOver(cycle, now);
  if (!isChangeable) return { ...view, allowed: [], possibleFrom: {} };
  const from = isLiftable(cycle) ? returnPossibleFrom(cycle, rulesAt) : null;
  const allowed: LifeCycleAction[] = [];
  if (cycle.source === 'person' && cycle.endsAt !== null) allowed.push('extend', 'setRenewal');
  if (wish === null && from !== null && from <= now) allowed.push('requestReturn');
  if (wish !== null && wish.availableAt <= now) allowed.push('confirmReturn');
  if (wish !== null) allowed.push('cancelReturn');
  const possibleFrom = {
    ...(wish === null && from !== null && from > now ? { requestReturn: iso(from) } : {}),
    ...(wish !== null && wish.availableAt > now ? { confirmReturn: iso(wish.availableAt) } : {}),
  };
  return { ...view, allowed, possibleFrom };
}

/** What a court ordered for ever ends by its order alone. */
export function isLiftable(cycle: Cycle): boolean {
  return !(cycle.source === 'court' && cycle.period === 'permanent');
}

/** The wish that can still be confirmed, now or later. */
export function openWish({ wish, now }: Cycle): Wish | null {
  return wish !== null && wish.lapsesAt > now ? wish : null;
}
