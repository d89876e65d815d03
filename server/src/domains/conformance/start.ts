import type { conformance } from '@kinga/shared/conformance/contract.ts';
import type { OutputOf } from '@kinga/shared/contract/procedure.ts';
import type { Call } from '../../platform/call/handler.ts';
import type { Platform } from '../../platform/context.ts';
import { newId } from '../../platform/crypto/ids.ts';
import { actForTenant } from '../../platform/db/tenant.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { recordAudit } from '../../platform/outbox/audit.ts';
import { placeRecords, removeRecords, sandboxKeyOf } from '../sandbox/index.ts';
import { type Prepared, prepare } from './situations.ts';

export async function start(
  { db, crypto }: Platform,
  call: Call,
): Promise<OutputOf<typeof conformance.start>> {
  const { operatorId, keyId } = sandboxKeyOf(call);
  const runId = newId('run');
  const prepared = prepare(crypto);
  const expiresAt = await db.transaction(async (tx) => {
    await actForTenant(tx, operatorId);
    await lockRuns(tx, operatorId);
    await replaceOpenRun(tx, operatorId);
    const { rows } = await tx.query<{ expires_at: Date }>(
      'INSERT INTO conformance_runs (id, tenant_id, key_id) VALUES ($1, $2, $3) RETURNING expires_at',
      [runId, operatorId, keyId],
    );
    await insertSituations(tx, { runId, operatorId }, prepared);
    await placeRecords(
      tx,
      { operatorId, runId },
      prepared.flatMap(({ placed }) => placed),
    );
    const { actor, requestId } = call;
    await recordAudit(tx, { actor, requestId, action: 'conformance.started', subject: runId });
    return rows[0]?.expires_at.toISOString() ?? '';
  });
  return { runId, expiresAt, situations: prepared.map(({ situation }) => situation) };
}

/** An operator's runs begin and end one after the other. */
export async function lockRuns(tx: Tx, operatorId: string): Promise<void> {
  await tx.query('SELECT 1 FROM operators WHERE id = $1 FOR NO KEY UPDATE', [operatorId]);
}

async function replaceOpenRun(tx: Tx, operatorId: string): Promise<void> {
  const { rows } = await tx.query<{ id: string }>(
    `UPDATE conformance_runs SET state = 'replaced', ended_at = clock_timestamp()
     WHERE tenant_id = $1 AND state = 'open' RETURNING id`,
    [operatorId],
  );
  await removeRecords(
    tx,
    rows.map(({ id }) => id),
  );
}

async function insertSituations(
  tx: Tx,
  { runId, operatorId }: { readonly runId: string; readonly operatorId: string },
  prepared: readonly Prepared[],
): Promise<void> {
  // Arrays of arrays must be rectangular in PostgreSQL: the keys of each travel as one text.
  await tx.query(
    `INSERT INTO conformance_situations (run_id, tenant_id, id, vector, keys)
     SELECT $1, $2, id, vector,
            (SELECT coalesce(array_agg(decode(key, 'hex')), '{}') FROM string_to_table(nullif(keys, ''), ',') AS key)
     FROM unnest($3::text[], $4::text[], $5::text[]) AS made (id, vector, keys)`,
    [
      runId,
      operatorId,
      prepared.map(({ situation }) => situation.id),
      prepared.map(({ vector }) => vector),
      prepared.map(({ keys }) => keys.map((key) => key.toString('hex')).join(',')),
    ],
  );
}
