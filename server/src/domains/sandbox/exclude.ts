import { notFound } from '@kinga/shared/contract/errors.ts';
import type { OutputOf } from '@kinga/shared/contract/procedure.ts';
import { topicName } from '@kinga/shared/contract/topic.ts';
import { type sandbox, sandboxTopics } from '@kinga/shared/sandbox/contract.ts';
import type { Call } from '../../platform/call/handler.ts';
import { actForTenant } from '../../platform/db/tenant.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { recordAudit } from '../../platform/outbox/audit.ts';
import { appendEvents } from '../../platform/outbox/outbox.ts';
import { operatorOf } from './key.ts';
import type { SandboxPlatform } from './platform.ts';
import { recordKeysOf, testPerson } from './records.ts';

const CHANGES = sandboxTopics.sandboxChanges;

/** The rows, the event and the audit are one transaction; two at once exclude the person once. */
export async function exclude(
  { db, crypto }: SandboxPlatform,
  { person }: { readonly person: string },
  call: Call,
): Promise<OutputOf<typeof sandbox.exclude>> {
  const operatorId = operatorOf(call);
  const found = testPerson(person);
  const keys = found === undefined ? [] : recordKeysOf(crypto, found);
  if (keys.length === 0) throw notFound('person', 'No test person whom one could exclude');
  return await db.transaction(async (tx) => {
    await actInTurn(tx, operatorId);
    const { rowCount } = await tx.query(
      `INSERT INTO sandbox_records (tenant_id, person, key, standing)
       SELECT $1, $2, key, 'excluded' FROM unnest($3::bytea[]) AS key
       ON CONFLICT DO NOTHING`,
      [operatorId, person, [...keys].sort(Buffer.compare)],
    );
    const { rows } = await tx.query<{ at: Date }>(
      'SELECT min(at) AS at FROM sandbox_records WHERE tenant_id = $1 AND person = $2',
      [operatorId, person],
    );
    const effectiveAt = rows[0]?.at.toISOString() ?? '';
    if (rowCount > 0) {
      const topic = topicName(CHANGES.pattern, operatorId);
      await appendEvents(tx, [{ topic, type: 'registered', data: { person, effectiveAt } }]);
      const { actor, requestId } = call;
      const details = { person };
      await recordAudit(tx, { actor, requestId, action: 'sandbox.excluded', subject: operatorId, details });
    }
    return { person, effectiveAt };
  });
}

export async function reset({ db }: SandboxPlatform, call: Call): Promise<OutputOf<typeof sandbox.reset>> {
  const operatorId = operatorOf(call);
  return await db.transaction(async (tx) => {
    await actInTurn(tx, operatorId);
    const { rows } = await tx.query<{ person: string; at: Date }>(
      `WITH gone AS (
         DELETE FROM sandbox_records WHERE tenant_id = $1 AND person IS NOT NULL RETURNING person
       )
       SELECT DISTINCT person, statement_timestamp()::timestamptz(3) AS at FROM gone ORDER BY person`,
      [operatorId],
    );
    const topic = topicName(CHANGES.pattern, operatorId);
    await appendEvents(
      tx,
      rows.map(({ person, at }) => ({
        topic,
        type: 'lifted',
        data: { person, effectiveAt: at.toISOString() },
      })),
    );
    const { actor, requestId } = call;
    const details = { lifted: rows.length };
    await recordAudit(tx, { actor, requestId, action: 'sandbox.reset', subject: operatorId, details });
    return { lifted: rows.length };
  });
}

/** A reset waits for an exclusion to be whole, or it would answer since when somebody is excluded who is not. */
async function actInTurn(tx: Tx, operatorId: string): Promise<void> {
  await actForTenant(tx, operatorId);
  await tx.query('SELECT FROM operators WHERE id = $1 FOR NO KEY UPDATE', [operatorId]);
}
