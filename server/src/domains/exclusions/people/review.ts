import { conflict, notFound } from '@kinga/shared/contract/errors.ts';
import { PAGE_SIZE } from '@kinga/shared/contract/fields.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { people } from '@kinga/shared/exclusions/people.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import { holdWhoever } from '../register/hold.ts';
import { beforeOf, COLUMNS as EXCLUSION_COLUMNS, type ExclusionRow, toExclusion } from '../register/read.ts';
import type { Told } from '../register/register.ts';
import { recordPersonChange } from './history.ts';
import type { IdentifierEdit } from './identifiers.ts';
import { mergePeople } from './merge.ts';
import { splitExclusion } from './split.ts';

type Resolved = OutputOf<typeof people.resolveReview>;

/** Without anything personal: who they are is read one by one, and audited. */
export async function listForReview(
  tx: Tx,
  cursor: string | undefined,
): Promise<OutputOf<typeof people.listForReview>> {
  const { rows } = await tx.query<ExclusionRow & { person_ids: string[] }>(
    `SELECT ${EXCLUSION_COLUMNS}, ARRAY(SELECT p.person_id FROM exclusion_persons p
                                        WHERE p.exclusion_id = e.id ORDER BY 1) AS person_ids
     FROM exclusions e WHERE e.needs_review AND e.seq < $1 ORDER BY e.seq DESC LIMIT ${PAGE_SIZE + 1}`,
    [beforeOf(cursor)],
  );
  const page = rows.slice(0, PAGE_SIZE);
  const items = page.map((row) => ({ exclusion: toExclusion(row), personIds: row.person_ids }));
  const last = page.at(-1);
  return rows.length > PAGE_SIZE && last !== undefined ? { items, nextCursor: String(last.seq) } : { items };
}

/**
 * The same person: the records are merged into the oldest. Different people: each of them stays excluded, because
 * nobody may lose a promise to a doubt, and has the exclusion for themselves from now on.
 */
export async function resolveReview(
  tx: Tx,
  edit: IdentifierEdit,
  { id, decision, reason }: ParsedInputOf<typeof people.resolveReview>,
): Promise<{ output: Resolved; told: Told }> {
  const personIds = await holdWhoever(tx, () => peopleUnderReview(tx, id));
  await tx.query('SELECT FROM exclusions WHERE id = $1 FOR NO KEY UPDATE', [id]);
  const [keepId, ...others] = personIds;
  const mergeIds: string[] = [];
  const tolds: Told[] = [];
  let seq: number | null = null;
  if (decision === 'same' && keepId !== undefined) {
    for (const mergeId of others) {
      const merged = await mergePeople(tx, edit, { keepId, mergeId, reason });
      mergeIds.push(merged.id);
      tolds.push(merged.told);
      seq = merged.seq ?? seq;
    }
  }
  const exclusionIds: string[] = [];
  if (decision === 'different') {
    const split = await splitExclusion(tx, edit, { id, personIds });
    exclusionIds.push(...split.exclusionIds);
    tolds.push(split.told);
    seq = split.seq;
  }
  await tx.query('UPDATE exclusions SET needs_review = false WHERE id = $1', [id]);
  await recordResolution(tx, edit, { id, decision, reason, personIds, exclusionIds });
  const told = async () => {
    for (const one of tolds) await one();
  };
  return { output: { id, decision, mergeIds, exclusionIds, seq }, told };
}

async function peopleUnderReview(tx: Tx, id: string): Promise<string[]> {
  const { rows } = await tx.query<{ needs_review: boolean; person_ids: string[] }>(
    `SELECT e.needs_review, ARRAY(SELECT p.person_id FROM exclusion_persons p
                                  WHERE p.exclusion_id = e.id ORDER BY 1) AS person_ids
     FROM exclusions e WHERE e.id = $1`,
    [id],
  );
  const [row] = rows;
  if (row === undefined) throw notFound('id', 'There is no such exclusion');
  if (!row.needs_review) throw conflict('id', 'The exclusion is not to be reviewed');
  return row.person_ids;
}

async function recordResolution(
  tx: Tx,
  { crypto, call }: IdentifierEdit,
  resolution: {
    readonly id: string;
    readonly decision: string;
    readonly reason: string;
    readonly personIds: readonly string[];
    readonly exclusionIds: readonly string[];
  },
): Promise<void> {
  const { id, decision, reason, personIds, exclusionIds } = resolution;
  const [first] = personIds;
  if (first !== undefined) {
    await recordPersonChange(
      tx,
      { crypto, call },
      {
        personId: first,
        action: 'reviewed',
        content: { reason },
        details: { decision, exclusionId: id, people: personIds },
      },
    );
  }
  await recordAudit(tx, {
    actor: call.actor,
    requestId: call.requestId,
    action: 'exclusion.reviewed',
    subject: id,
    details: { decision, exclusionIds },
  });
}
