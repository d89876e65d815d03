import type { Tx } from '../../../platform/db/tx.ts';
import { appendEvents } from '../../../platform/outbox/outbox.ts';

/** Tells every account that is known by one of the excluded person's identifiers: the exclusion is in force. */
export async function confirmRegistration(tx: Tx, exclusionId: string): Promise<void> {
  const { rows } = await tx.query<{ account_id: string; reference: string; ends_at: Date | null }>(
    `SELECT DISTINCT known.account_id, e.reference, e.ends_at
       FROM exclusions AS e
       JOIN exclusion_persons AS p ON p.exclusion_id = e.id
       JOIN identifiers AS i ON i.person_id = p.person_id
       JOIN account_identifiers AS known ON known.key = i.key
      WHERE e.id = $1`,
    [exclusionId],
  );
  await appendEvents(
    tx,
    rows.map((row) => ({
      topic: `inbox/${row.account_id}`,
      type: 'exclusionRegistered',
      data: { exclusionId, reference: row.reference, endsAt: row.ends_at?.toISOString() ?? null },
    })),
  );
}
