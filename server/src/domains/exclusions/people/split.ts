import { actorName } from '../../../platform/call/actor.ts';
import { newId } from '../../../platform/crypto/ids.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { newReference } from '../register/reference.ts';
import { NOTHING_TOLD, type PeopleChange } from './change.ts';
import type { IdentifierEdit } from './identifiers.ts';

/**
 * One exclusion about several people becomes one for each of them: the same promise under a reference of its own, so
 * that each of them, and nobody else, makes it longer or asks to return. The first stays with whoever registered it of
 * themselves. With the people held, and the exclusion's row: every key keeps what it was promised.
 */
export async function splitExclusion(
  tx: Tx,
  { deps, call }: Pick<IdentifierEdit, 'deps' | 'call'>,
  { id, personIds }: { readonly id: string; readonly personIds: readonly string[] },
): Promise<PeopleChange & { readonly exclusionIds: readonly string[] }> {
  if (personIds.length < 2 || (await isOver(tx, id))) return { ...NOTHING_TOLD, exclusionIds: [] };
  const keeper = (await registrarAmong(tx, id, personIds)) ?? personIds[0];
  const others = personIds.filter((personId) => personId !== keeper);
  const exclusionIds = others.map(() => newId('exc'));
  const { changed, told } = await deps.changeWithin(tx, {
    kind: 'identified',
    personIds,
    write: async (inside, _at, seqOf) => {
      for (const [index, personId] of others.entries()) {
        const copy = { id: exclusionIds[index] ?? '', of: id, personId, seq: seqOf(personId) };
        await insertCopy(inside, { ...copy, by: actorName(call.actor) });
      }
    },
  });
  return { seq: changed.seq, told, exclusionIds };
}

/** What is over protects nobody, and nobody asks to return from it: it stays as it was. */
async function isOver(tx: Tx, id: string): Promise<boolean> {
  const { rows } = await tx.query<{ over: boolean }>(
    'SELECT in_force_until <= clock_timestamp() AS over FROM exclusions WHERE id = $1',
    [id],
  );
  return rows[0]?.over === true;
}

/** Who registered it of themselves: by a document of their account, else by a contact. */
async function registrarAmong(tx: Tx, id: string, personIds: readonly string[]): Promise<string | undefined> {
  const { rows } = await tx.query<{ person_id: string }>(
    `SELECT i.person_id
     FROM exclusions e
     JOIN account_identifiers a ON 'account:' || a.account_id = e.registered_by
     JOIN identifiers i ON i.key = a.key
     WHERE e.id = $1 AND e.source = 'person' AND i.person_id = ANY($2::text[])
     ORDER BY i.type IN ('nationalId', 'passport', 'alienId') DESC, i.person_id LIMIT 1`,
    [id, personIds],
  );
  return rows[0]?.person_id;
}

interface Copy {
  readonly id: string;
  readonly of: string;
  readonly personId: string;
  readonly seq: number;
  /** Whoever tells the people apart registers it: the one who did before is somebody else. */
  readonly by: string;
}

/** With its history, which says how long nobody ends it, what was told of it, and which merges it went through. */
async function insertCopy(tx: Tx, { id, of, personId, seq, by }: Copy): Promise<void> {
  await tx.query(
    `INSERT INTO exclusions (id, reference, source, period, starts_at, ends_at, in_force_until, reason, needs_review,
                             registered_by, registered_at, seq, term_starts_at, renews, stays, lifted_at,
                             lift_reason, split_from)
     SELECT $1, $3, source, period, starts_at, ends_at, in_force_until, reason, false, $5, registered_at, $4,
            term_starts_at, renews, stays, lifted_at, lift_reason, coalesce(split_from, id)
     FROM exclusions WHERE id = $2`,
    [id, of, newReference(), seq, by],
  );
  await tx.query(
    'UPDATE exclusion_persons SET exclusion_id = $1 WHERE exclusion_id = $2 AND person_id = $3',
    [id, of, personId],
  );
  await tx.query(
    `INSERT INTO exclusion_terms (exclusion_id, seq, change, period_before, ends_at_before, period, term_starts_at,
                                  ends_at, in_force_until, renews, changed_by, changed_at)
     SELECT $1, seq, change, period_before, ends_at_before, period, term_starts_at, ends_at, in_force_until, renews,
            changed_by, changed_at
     FROM exclusion_terms WHERE exclusion_id = $2`,
    [id, of],
  );
  await tx.query(
    `INSERT INTO exclusion_notices (exclusion_id, days_before, sent_at, ends_at)
     SELECT $1, days_before, sent_at, ends_at FROM exclusion_notices WHERE exclusion_id = $2`,
    [id, of],
  );
  await tx.query(
    `INSERT INTO person_merge_exclusions (merge_id, side, exclusion_id, needs_review)
     SELECT merge_id, side, $1, needs_review FROM person_merge_exclusions WHERE exclusion_id = $2`,
    [id, of],
  );
}
