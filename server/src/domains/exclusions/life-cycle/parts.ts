import type { Tx } from '../../../platform/db/tx.ts';
import { holdKeysOf } from '../register/hold.ts';
import { lostRace } from '../register/locks.ts';
import type { Told } from '../register/register.ts';
import type { LiftWithin } from './lift.ts';

interface Parts {
  readonly exclusionIds: readonly string[];
  readonly personIds: readonly string[];
}

/** Ends an exclusion for everybody it was about, also for whom staff have split one off for themselves since. */
export function createWholeLift(liftWithin: LiftWithin): LiftWithin {
  return async (tx, exclusionId, lifting) => {
    const { exclusionIds, personIds } = await partsOf(tx, exclusionId);
    // Of all of them before the first is lifted: that takes the head, which is everybody's last lock.
    await holdKeysOf(tx, personIds);
    if (String((await partsOf(tx, exclusionId)).personIds) !== String(personIds)) throw lostRace();
    const tolds: Told[] = [];
    let lifted = false;
    for (const id of exclusionIds) {
      const one = await liftWithin(tx, id, lifting);
      lifted ||= one.lifted;
      tolds.push(one.told);
    }
    const told = async () => {
      for (const one of tolds) await one();
    };
    return { lifted, told };
  };
}

/** Itself and what was split off from it, and whom they are about. */
async function partsOf(tx: Tx, exclusionId: string): Promise<Parts> {
  const { rows } = await tx.query<{ id: string; person_ids: string[] }>(
    `SELECT e.id, ARRAY(SELECT p.person_id FROM exclusion_persons p WHERE p.exclusion_id = e.id) AS person_ids
     FROM exclusions e WHERE e.id = $1 OR e.split_from = $1 ORDER BY e.id`,
    [exclusionId],
  );
  return {
    exclusionIds: rows.map(({ id }) => id),
    personIds: [...new Set(rows.flatMap(({ person_ids }) => person_ids))].sort(),
  };
}
