import type { Tx } from '../../../platform/db/tx.ts';
import { holdWhoever } from '../register/hold.ts';
import type { Told } from '../register/register.ts';
import type { LiftWithin } from './lift.ts';

/** Ends an exclusion for everybody it was about, also for whom staff have split one off for themselves since. */
export function createWholeLift(liftWithin: LiftWithin): LiftWithin {
  return async (tx, exclusionId, lifting) => {
    // Everybody before the first is lifted: that takes the head, which is everybody's last lock.
    await holdWhoever(tx, () => peopleOfParts(tx, exclusionId));
    const tolds: Told[] = [];
    let lifted = false;
    for (const id of await partsOf(tx, exclusionId)) {
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

/** Itself and what was split off from it. */
async function partsOf(tx: Tx, exclusionId: string): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    'SELECT id FROM exclusions WHERE id = $1 OR split_from = $1 ORDER BY id',
    [exclusionId],
  );
  return rows.map(({ id }) => id);
}

async function peopleOfParts(tx: Tx, exclusionId: string): Promise<string[]> {
  const { rows } = await tx.query<{ person_id: string }>(
    `SELECT DISTINCT p.person_id FROM exclusions e JOIN exclusion_persons p ON p.exclusion_id = e.id
     WHERE e.id = $1 OR e.split_from = $1 ORDER BY p.person_id`,
    [exclusionId],
  );
  return rows.map((row) => row.person_id);
}
