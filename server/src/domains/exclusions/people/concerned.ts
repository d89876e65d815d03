import type { Tx } from '../../../platform/db/tx.ts';
import { type IdentifierKey, isStrong } from '../../identifiers/index.ts';
import { holdWhoever } from '../register/hold.ts';

/** What somebody asked for, and on what it rests. */
export interface Concern {
  /** What it led to, if anything. */
  readonly exclusionId: string | null;
  /** By what it knows them. */
  readonly identifiers: readonly Pick<IdentifierKey, 'type' | 'key'>[];
  /** Under what it is said of identifiers: see said_by. */
  readonly saidBy: string;
}

/**
 * Everybody it is about, held for all that is done about them in the caller's transaction: whom its exclusion holds
 * for, or a part that was split off, whom its documents are of, and of whom it alone says something. Several changes,
 * each of which held its own people, would come back for keys with the head held.
 */
export async function holdConcerned(tx: Tx, concern: Concern): Promise<void> {
  await holdWhoever(
    tx,
    () => peopleConcerned(tx, concern),
    concern.identifiers.map(({ key }) => key),
  );
}

async function peopleConcerned(tx: Tx, { exclusionId, identifiers, saidBy }: Concern): Promise<string[]> {
  const { rows } = await tx.query<{ person_id: string }>(
    `SELECT p.person_id FROM exclusions e JOIN exclusion_persons p ON p.exclusion_id = e.id
     WHERE e.id = $1 OR e.split_from = $1
     UNION
     SELECT person_id FROM identifiers
     WHERE key = ANY($2::bytea[]) AND type IN ('nationalId', 'passport', 'alienId')
     UNION
     SELECT person_id FROM identifiers WHERE said_by = $3
     ORDER BY person_id`,
    [exclusionId, identifiers.filter(({ type }) => isStrong(type)).map(({ key }) => key), saidBy],
  );
  return rows.map((row) => row.person_id);
}
