import { invalidInput } from '@kinga/shared/contract/errors.ts';
import { actorName } from '../../../platform/call/actor.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import { newId } from '../../../platform/crypto/ids.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { MATCH } from '../../matching/index.ts';
import { addMatchKeys } from '../register/match-keys.ts';
import { changeHeld, type PeopleChange } from './change.ts';
import { recordPersonChange } from './history.ts';
import { type HeldPerson, holdPeople, standing } from './hold.ts';
import type { IdentifierEdit } from './identifiers.ts';

export interface Merge {
  readonly keepId: string;
  readonly mergeId: string;
  readonly reason: string;
}

/**
 * Two records are one person. Everything of the one becomes the other's, and whose it was is kept, so that it can
 * be undone. The entries of the log carry what holds for every key afterwards: nobody is CLEAR in between.
 */
export async function mergePeople(
  tx: Tx,
  { crypto, deps, call }: IdentifierEdit,
  { keepId, mergeId, reason }: Merge,
): Promise<PeopleChange & { readonly id: string }> {
  if (keepId === mergeId) throw invalidInput('mergeId', 'the same record');
  const held = await holdPeople(tx, [keepId, mergeId]);
  const keep = standing(
    held.find(({ id }) => id === keepId),
    'keepId',
  );
  standing(
    held.find(({ id }) => id === mergeId),
    'mergeId',
  );
  const id = newId('mrg');
  const sealed = crypto.seal(reason);
  await recordPersonChange(
    tx,
    { crypto, call },
    { personId: keepId, action: 'merged', content: { reason }, details: { mergeId: id, merged: mergeId } },
  );
  const change = await changeHeld(tx, deps, {
    personIds: [keepId, mergeId],
    write: async (inside) => {
      await insertMerge(inside, { id, keep, mergedId: mergeId, reason: sealed, by: actorName(call.actor) });
      await moveIdentifiers(inside, { id, keepId, mergeId });
      await moveExclusions(inside, { id, keepId, mergeId });
      await fillGaps(inside, { keepId, mergeId });
      await completeMatchKeys(inside, crypto, { id, keepId });
    },
  });
  return { ...change, id };
}

interface Moving {
  readonly id: string;
  readonly keepId: string;
  readonly mergeId: string;
}

async function insertMerge(
  tx: Tx,
  merge: { id: string; keep: HeldPerson; mergedId: string; reason: Buffer; by: string },
): Promise<void> {
  const { id, keep, mergedId, reason, by } = merge;
  await tx.query(
    `INSERT INTO person_merges (id, keep_id, merged_id, keep_name, keep_date_of_birth, reason, merged_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [id, keep.id, mergedId, keep.name, keep.date_of_birth, reason, by],
  );
}

async function moveIdentifiers(tx: Tx, { id, keepId, mergeId }: Moving): Promise<void> {
  await tx.query(
    `INSERT INTO person_merge_identifiers (merge_id, side, key, original, created_at)
     SELECT $1, CASE WHEN i.person_id = $2 THEN 'keep' ELSE 'merged' END, i.key,
            CASE WHEN i.person_id = $3 AND twin.key IS NOT NULL THEN i.original END, i.created_at
     FROM identifiers i LEFT JOIN identifiers twin ON twin.key = i.key AND twin.person_id = $2
     WHERE i.person_id IN ($2, $3)`,
    [id, keepId, mergeId],
  );
  await tx.query(
    `UPDATE identifiers i SET said_by = NULL FROM identifiers twin
     WHERE i.person_id = $1 AND twin.person_id = $2 AND twin.key = i.key
       AND i.said_by IS DISTINCT FROM twin.said_by`,
    [keepId, mergeId],
  );
  await tx.query(
    `DELETE FROM identifiers i USING identifiers twin
     WHERE i.person_id = $2 AND twin.person_id = $1 AND twin.key = i.key`,
    [keepId, mergeId],
  );
  await tx.query('UPDATE identifiers SET person_id = $1 WHERE person_id = $2', [keepId, mergeId]);
}

async function moveExclusions(tx: Tx, { id, keepId, mergeId }: Moving): Promise<void> {
  await tx.query(
    `INSERT INTO person_merge_exclusions (merge_id, side, exclusion_id, needs_review)
     SELECT $1, CASE WHEN p.person_id = $2 THEN 'keep' ELSE 'merged' END, p.exclusion_id, e.needs_review
     FROM exclusion_persons p JOIN exclusions e ON e.id = p.exclusion_id
     WHERE p.person_id IN ($2, $3)`,
    [id, keepId, mergeId],
  );
  const both = await tx.query<{ exclusion_id: string }>(
    `DELETE FROM exclusion_persons p USING exclusion_persons twin
     WHERE p.person_id = $2 AND twin.person_id = $1 AND twin.exclusion_id = p.exclusion_id
     RETURNING p.exclusion_id`,
    [keepId, mergeId],
  );
  await tx.query('UPDATE exclusion_persons SET person_id = $1 WHERE person_id = $2', [keepId, mergeId]);
  // Flagged because two people stood behind it: when it was these two, that is answered now.
  await tx.query(
    `UPDATE exclusions e SET needs_review = false
     WHERE e.id = ANY($1::text[]) AND e.needs_review
       AND (SELECT count(*) FROM exclusion_persons p WHERE p.exclusion_id = e.id) = 1`,
    [both.rows.map((row) => row.exclusion_id)],
  );
}

/** The name of the one and the date of birth of the other: of nobody once the merge is undone. */
async function completeMatchKeys(
  tx: Tx,
  crypto: Crypto,
  { id, keepId }: Pick<Moving, 'id' | 'keepId'>,
): Promise<void> {
  await addMatchKeys(tx, crypto, keepId);
  await tx.query(
    `INSERT INTO person_merge_identifiers (merge_id, side, key, created_at)
     SELECT $1, 'keep', i.key, i.created_at FROM identifiers i
     WHERE i.person_id = $2 AND i.type = '${MATCH}' AND NOT EXISTS (
       SELECT FROM person_merge_identifiers was WHERE was.merge_id = $1 AND was.key = i.key)`,
    [id, keepId],
  );
}

async function fillGaps(tx: Tx, { keepId, mergeId }: Pick<Moving, 'keepId' | 'mergeId'>): Promise<void> {
  await tx.query(
    `UPDATE persons keep SET name = coalesce(keep.name, merged.name),
            date_of_birth = coalesce(keep.date_of_birth, merged.date_of_birth)
     FROM persons merged WHERE keep.id = $1 AND merged.id = $2`,
    [keepId, mergeId],
  );
  await tx.query('UPDATE persons SET merged_into = $1 WHERE id = $2', [keepId, mergeId]);
}
