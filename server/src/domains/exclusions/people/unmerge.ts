import { conflict, notFound } from '@kinga/shared/contract/errors.ts';
import { actorName } from '../../../platform/call/actor.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { followMatchKeys } from '../register/match-keys.ts';
import { changeHeld, type PeopleChange } from './change.ts';
import { recordPersonChange } from './history.ts';
import { holdPeople } from './hold.ts';
import type { IdentifierEdit } from './identifiers.ts';

interface MergeRow {
  readonly id: string;
  readonly no: string;
  readonly keep_id: string;
  readonly merged_id: string;
  readonly undone_at: Date | null;
}

/**
 * Each record gets back what was its own. What came since could be either's and stays with both: an exclusion, a
 * phone. An identifier that can be one person's only stays with the kept record, and with it whatever of the
 * other's exclusions it was promised. So every identifier keeps what it was promised, merged or not.
 */
export async function unmergePeople(
  tx: Tx,
  { crypto, deps, call }: IdentifierEdit,
  mergeId: string,
): Promise<PeopleChange & { readonly personIds: readonly string[] }> {
  const { keep_id: keepId, merged_id: mergedId } = await readMerge(tx, mergeId);
  const personIds = [keepId, mergedId];
  await holdPeople(tx, personIds);
  await refuseUnlessLast(tx, await readMerge(tx, mergeId));
  await recordPersonChange(
    tx,
    { crypto, call },
    { personId: keepId, action: 'unmerged', content: {}, details: { mergeId, merged: mergedId } },
  );
  const undo = { id: mergeId, keepId, mergedId };
  const follow = await followMatchKeys(tx, crypto, keepId);
  const change = await changeHeld(tx, deps, {
    personIds,
    write: async (inside) => {
      const strongStays = await giveBackIdentifiers(inside, undo);
      await giveBackExclusions(inside, undo, strongStays);
      await giveBackDetails(inside, undo);
      await follow(inside);
      await inside.query(
        'UPDATE person_merges SET undone_at = clock_timestamp(), undone_by = $2 WHERE id = $1',
        [mergeId, actorName(call.actor)],
      );
    },
  });
  return { ...change, personIds };
}

async function readMerge(tx: Tx, id: string): Promise<MergeRow> {
  const { rows } = await tx.query<MergeRow>(
    'SELECT id, no, keep_id, merged_id, undone_at FROM person_merges WHERE id = $1',
    [id],
  );
  const [row] = rows;
  if (row === undefined) throw notFound('mergeId', 'There is no such merge');
  return row;
}

/** Merges of one record are undone from the last to the first: only then it is known whose everything is. */
async function refuseUnlessLast(tx: Tx, merge: MergeRow): Promise<void> {
  if (merge.undone_at !== null) throw conflict('mergeId', 'The merge is undone already');
  const { rows } = await tx.query<{ id: string }>(
    `SELECT id FROM person_merges
     WHERE undone_at IS NULL AND no > $2 AND (keep_id = $1 OR merged_id = $1) ORDER BY no DESC LIMIT 1`,
    [merge.keep_id, merge.no],
  );
  const [later] = rows;
  if (later === undefined) return;
  throw conflict('mergeId', `the later merge ${later.id} is to be undone first`);
}

interface Undo {
  readonly id: string;
  readonly keepId: string;
  readonly mergedId: string;
}

/** Says whether the kept record keeps something that may be the other's and can be on one record only. */
async function giveBackIdentifiers(tx: Tx, { id, keepId, mergedId }: Undo): Promise<boolean> {
  await tx.query(
    `UPDATE identifiers i SET person_id = $3 FROM person_merge_identifiers was
     WHERE i.person_id = $2 AND was.merge_id = $1 AND was.key = i.key AND was.side = 'merged'
       AND NOT EXISTS (SELECT FROM person_merge_identifiers kept
                       WHERE kept.merge_id = $1 AND kept.key = i.key AND kept.side = 'keep')`,
    [id, keepId, mergedId],
  );
  // Both had it, or nobody knows.
  await tx.query(
    `INSERT INTO identifiers (key, key_version, type, person_id, original, created_at)
     SELECT i.key, i.key_version, i.type, $3, coalesce(was.original, i.original),
            coalesce(was.created_at, i.created_at)
     FROM identifiers i
     LEFT JOIN person_merge_identifiers was
       ON was.merge_id = $1 AND was.key = i.key AND was.side = 'merged'
     WHERE i.person_id = $2 AND (was.key IS NOT NULL OR (
       i.type NOT IN ('nationalId', 'passport', 'alienId')
       AND NOT EXISTS (SELECT FROM person_merge_identifiers kept
                       WHERE kept.merge_id = $1 AND kept.key = i.key AND kept.side = 'keep')))`,
    [id, keepId, mergedId],
  );
  const { rows } = await tx.query<{ known: boolean; strong_stays: boolean }>(
    `SELECT EXISTS (SELECT FROM identifiers WHERE person_id = $2 AND type <> 'match')
        AND EXISTS (SELECT FROM identifiers WHERE person_id = $3 AND type <> 'match') AS known,
            EXISTS (SELECT FROM identifiers i WHERE i.person_id = $2
                      AND i.type IN ('nationalId', 'passport', 'alienId')
                      AND NOT EXISTS (SELECT FROM person_merge_identifiers kept
                                      WHERE kept.merge_id = $1 AND kept.key = i.key)) AS strong_stays`,
    [id, keepId, mergedId],
  );
  if (rows[0]?.known !== true) {
    throw conflict('mergeId', 'One of the two records would be left without any identifier');
  }
  return rows[0].strong_stays;
}

async function giveBackExclusions(
  tx: Tx,
  { id, keepId, mergedId }: Undo,
  strongStays: boolean,
): Promise<void> {
  await tx.query(
    `INSERT INTO exclusion_persons (person_id, exclusion_id)
     SELECT $3, p.exclusion_id FROM exclusion_persons p
     WHERE p.person_id = $2 AND (
       EXISTS (SELECT FROM person_merge_exclusions was
               WHERE was.merge_id = $1 AND was.exclusion_id = p.exclusion_id AND was.side = 'merged')
       OR NOT EXISTS (SELECT FROM person_merge_exclusions was
                      WHERE was.merge_id = $1 AND was.exclusion_id = p.exclusion_id))`,
    [id, keepId, mergedId],
  );
  await tx.query(
    `DELETE FROM exclusion_persons p USING person_merge_exclusions was, exclusions e
     WHERE p.person_id = $2 AND was.merge_id = $1 AND was.exclusion_id = p.exclusion_id
       AND was.side = 'merged' AND e.id = p.exclusion_id
       AND NOT EXISTS (SELECT FROM person_merge_exclusions kept
                       WHERE kept.merge_id = $1 AND kept.exclusion_id = p.exclusion_id
                         AND kept.side = 'keep')
       AND NOT ($3 AND (e.in_force_until IS NULL OR e.in_force_until > clock_timestamp()))`,
    [id, keepId, strongStays],
  );
  // What both have now: flagged as it was, or because this undoing could not tell whose it is.
  await tx.query(
    `UPDATE exclusions e SET needs_review = coalesce(
       (SELECT bool_or(kept.needs_review) FROM person_merge_exclusions kept
        WHERE kept.merge_id = $1 AND kept.exclusion_id = e.id AND kept.side = 'keep'), true)
     FROM exclusion_persons mine JOIN exclusion_persons theirs ON theirs.exclusion_id = mine.exclusion_id
     WHERE mine.person_id = $2 AND theirs.person_id = $3 AND e.id = mine.exclusion_id`,
    [id, keepId, mergedId],
  );
}

/** A name that was corrected since stays corrected. */
async function giveBackDetails(tx: Tx, { id, keepId, mergedId }: Undo): Promise<void> {
  await tx.query(
    `UPDATE persons keep SET
       name = CASE WHEN keep.name IS NOT DISTINCT FROM coalesce(m.keep_name, merged.name)
                   THEN m.keep_name ELSE keep.name END,
       date_of_birth = CASE WHEN keep.date_of_birth
                                   IS NOT DISTINCT FROM coalesce(m.keep_date_of_birth, merged.date_of_birth)
                            THEN m.keep_date_of_birth ELSE keep.date_of_birth END
     FROM person_merges m JOIN persons merged ON merged.id = m.merged_id
     WHERE m.id = $1 AND keep.id = $2`,
    [id, keepId],
  );
  await tx.query('UPDATE persons SET merged_into = NULL WHERE id = $1', [mergedId]);
}
