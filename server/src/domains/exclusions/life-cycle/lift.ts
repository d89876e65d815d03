import { LIFTED_AS_NOTHING } from '@kinga/shared/exclusions/exclusion.ts';
import type { By } from '../../../platform/call/by.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { tellLater } from '../notices/changed.ts';
import type { Register, Told } from '../register/register.ts';
import { isOver } from '../rules/period.ts';
import { changeTerm, type NewTerm } from './change.ts';
import { type Cycle, iso, lockCycle } from './row.ts';
import { closeWish } from './wish.ts';

export interface Lifting {
  /** From when on it no longer holds, in milliseconds since 1970; absent or past: at once. Never later than it did. */
  readonly at?: number;
  /** Why, as a code: `returnConfirmed`, `petitionDismissed`, ... */
  readonly reasonCode: string;
  readonly by: By;
}

/** Ends one exclusion within the caller's transaction, and no other of the same person. */
export type LiftWithin = (
  tx: Tx,
  exclusionId: string,
  lifting: Lifting,
) => Promise<{
  /** False: it was over already, and nothing was done. */
  readonly lifted: boolean;
  /** After the commit, before the answer. */
  readonly told: Told;
}>;

/** Whoever lifts: the person's accounts, and whom they trust, are told once it has ended. */
export function createLift(changeWithin: Register['changeWithin']): LiftWithin {
  return async (tx, exclusionId, lifting) => {
    const cycle = await lockCycle(tx, exclusionId);
    const isLate = isOver(cycle, cycle.now);
    if (cycle.liftedAt !== null || (isLate && !leavesNothing(lifting))) {
      return { lifted: false, told: async () => {} };
    }
    await closeWish(tx, exclusionId, lifting.reasonCode === RETURN_CONFIRMED ? 'confirmed' : 'superseded');
    const { told, at: liftedAt } = await changeTerm(tx, changeWithin, cycle, {
      change: 'lifted',
      kind: 'lifted',
      effectiveAt: lifting.at,
      by: lifting.by,
      term: (at) => liftedTerm(cycle, lifting, at),
    });
    if (!isLate && (lifting.at ?? liftedAt) <= liftedAt)
      await tellLater(tx, { exclusionId, news: 'lifted', endsAt: iso(cycle.endsAt) });
    return { lifted: !isLate, told };
  };
}

/** What never should have been leaves no quiet days behind, also when it has ended by itself meanwhile. */
function leavesNothing({ reasonCode }: Lifting): boolean {
  return LIFTED_AS_NOTHING.some((reason) => reason === reasonCode);
}

export const RETURN_CONFIRMED = 'returnConfirmed';

function liftedTerm(cycle: Cycle, lifting: Lifting, at: number): NewTerm {
  const wanted = Math.min(Math.max(at, lifting.at ?? at), cycle.inForceUntil ?? Number.POSITIVE_INFINITY);
  // What would end before it begins never begins.
  const until = wanted <= cycle.startsAt ? at : wanted;
  const { period, termStartsAt, endsAt, stays } = cycle;
  const lifted = { at: until, reasonCode: lifting.reasonCode };
  return { period, termStartsAt, endsAt, stays, inForceUntil: until, renews: false, lifted };
}
