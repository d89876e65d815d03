import type { Tx } from '../../../platform/db/tx.ts';

/** Under which ids the audit speaks of the people known by these keys: their own, and those of their exclusions. */
export async function recordsOf(tx: Tx, keys: readonly Buffer[]): Promise<string[]> {
  if (keys.length === 0) return [];
  const { rows } = await tx.query<{ id: string }>(
    `WITH known AS (SELECT DISTINCT person_id FROM identifiers WHERE key = ANY($1::bytea[]))
     SELECT person_id AS id FROM known
     UNION SELECT exclusion_id FROM exclusion_persons JOIN known USING (person_id)`,
    [keys],
  );
  return rows.map((row) => row.id);
}
