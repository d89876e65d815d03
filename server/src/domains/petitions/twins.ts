import { conflict } from '@kinga/shared/contract/errors.ts';
import { ADVISORY_LOCKS } from '../../platform/db/advisory-locks.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { isStrong } from '../identifiers/index.ts';
import { OPEN } from './rules.ts';
import type { PetitionRow, SubjectIdentifier } from './store.ts';

const STRONG = `('nationalId', 'passport', 'alienId')`;

/**
 * One side asks for one person once, until it is decided: nobody is to be heard twice on the same, or to be shut out
 * again by the next petition when one is withdrawn. A side is an operator, somebody of the family, a court, the
 * regulator. A phone that is shared makes no twins of two people who are each known by a document. The open petition may
 * be named: it is the side's own.
 */
export async function refuseTwin(
  tx: Tx,
  petition: PetitionRow,
  identifiers: readonly SubjectIdentifier[],
): Promise<void> {
  await lockFilings(tx, identifiers);
  const { source, tenant_id, filed_by } = petition;
  const { rows } = await tx.query<{ id: string }>(
    `SELECT p.id FROM petition_identifiers i JOIN petitions p ON p.id = i.petition_id
     WHERE i.key = ANY($1::bytea[]) AND p.state = ANY($2::text[])
       AND p.source = $3 AND p.tenant_id IS NOT DISTINCT FROM $4 AND (p.source <> 'family' OR p.filed_by = $5)
       AND (i.type IN ${STRONG} OR NOT $6::boolean OR NOT EXISTS (
         SELECT FROM petition_identifiers s WHERE s.petition_id = p.id AND s.type IN ${STRONG}))
     ORDER BY p.id LIMIT 1`,
    [
      identifiers.map(({ key }) => key),
      OPEN,
      source,
      tenant_id,
      filed_by,
      identifiers.some(({ type }) => isStrong(type)),
    ],
  );
  const [twin] = rows;
  if (twin) throw conflict('identifiers', `your petition ${twin.id} about this person is not decided yet`);
}

/** Two filings that name the same are one after the other; pairs of numbers are a space of locks of their own. */
async function lockFilings(tx: Tx, identifiers: readonly SubjectIdentifier[]): Promise<void> {
  const numbers = [...new Set(identifiers.map(({ key }) => key.readInt32BE(0)))].sort((a, b) => a - b);
  await tx.query('SELECT pg_advisory_xact_lock($1::int, number) FROM unnest($2::int[]) AS number', [
    ADVISORY_LOCKS.petitioned,
    numbers,
  ]);
}
