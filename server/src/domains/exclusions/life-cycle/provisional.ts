import type { By } from '../../../platform/call/by.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import type { Register, Told } from '../register/register.ts';
import { isOver } from '../rules/period.ts';
import { changeTerm } from './change.ts';
import { lockCycle } from './row.ts';
import { renewalTerm } from './rules.ts';

/** What holds until somebody decides, however short the period that was asked for. */
export interface Provisional {
  /** Within the caller's transaction: where it would end by itself it begins anew, until it is lifted. */
  renewWithin(tx: Tx, exclusionId: string, by: By): Promise<Told>;
  /** How it stands; nobody else changes that before the caller's transaction ends. */
  holdWithin(tx: Tx, exclusionId: string): Promise<{ readonly inForce: boolean; readonly renews: boolean }>;
}

export function createProvisional(changeWithin: Register['changeWithin']): Provisional {
  return {
    async renewWithin(tx, exclusionId, by) {
      const cycle = await lockCycle(tx, exclusionId);
      if (cycle.stays) return async () => {};
      const { told } = await changeTerm(tx, changeWithin, cycle, {
        change: 'renewalOn',
        kind: 'extended',
        by,
        term: (at) => renewalTerm(cycle, true, at),
      });
      return told;
    },
    async holdWithin(tx, exclusionId) {
      const cycle = await lockCycle(tx, exclusionId);
      return { inForce: cycle.liftedAt === null && !isOver(cycle, cycle.now), renews: cycle.renews };
    },
  };
}
