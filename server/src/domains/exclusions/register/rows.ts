import { conflict, type KingaError } from '@kinga/shared/contract/errors.ts';
import { ADVISORY_LOCKS } from '../../../platform/db/advisory-locks.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import type { ImportedRow, Outcome, Registration } from './registration.ts';

/** One importer at a time per batch: two that bring the same row must see each other's. */
const IMPORT_LOCK = ADVISORY_LOCKS.importedRows;

/**
 * The imported rows that stand in the register already, or earlier in this batch. A known reference that comes
 * with other content is refused, never skipped: somebody has to look at it.
 */
export async function rowsKnown(
  tx: Tx,
  registrations: readonly Registration[],
): Promise<Map<Registration, Outcome>> {
  const outcomes = new Map<Registration, Outcome>();
  const imported = registrations.flatMap((registration) =>
    registration.row === undefined ? [] : [{ registration, row: registration.row }],
  );
  if (imported.length === 0) return outcomes;
  await tx.query('SELECT pg_advisory_xact_lock($1)', [IMPORT_LOCK]);
  const digests = await readDigests(
    tx,
    imported.map(({ row }) => row),
  );
  for (const { registration, row } of imported) {
    const name = nameOf(row);
    const digest = digests.get(name);
    if (digest === undefined) digests.set(name, row.digest);
    else if (digest?.equals(row.digest)) outcomes.set(registration, { kind: 'known' });
    else outcomes.set(registration, { kind: 'refused', error: otherContent() });
  }
  return outcomes;
}

function nameOf({ reference, digest }: ImportedRow): string {
  return reference === undefined ? `digest ${digest.toString('hex')}` : `reference ${reference}`;
}

/** Row name -> digest; null for a reference that was not imported, which is other content to any row. */
async function readDigests(tx: Tx, rows: readonly ImportedRow[]): Promise<Map<string, Buffer | null>> {
  const references = rows.flatMap(({ reference }) => reference ?? []);
  const keys = rows.flatMap(({ reference, digest }) => (reference === undefined ? digest : []));
  const found = await tx.query<{ reference: string; row_key: Buffer | null; row_digest: Buffer | null }>(
    `SELECT reference, NULL::bytea AS row_key, row_digest FROM exclusions WHERE reference = ANY($1::text[])
     UNION ALL
     SELECT reference, row_key, row_digest FROM exclusions WHERE row_key = ANY($2::bytea[])`,
    [references, keys],
  );
  return new Map(
    found.rows.map(({ reference, row_key, row_digest }) => [
      row_key === null ? `reference ${reference}` : `digest ${row_key.toString('hex')}`,
      row_digest,
    ]),
  );
}

function otherContent(): KingaError {
  return conflict('reference', 'reference: known already, with other content');
}
