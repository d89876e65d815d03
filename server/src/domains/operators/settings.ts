import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { operators } from '@kinga/shared/operators/contract.ts';
import { DEFAULT_SETTINGS, type OperatorSettings } from '@kinga/shared/operators/settings.ts';
import type { Call } from '../../platform/call/handler.ts';
import { idempotent } from '../../platform/call/idempotency.ts';
import type { Platform } from '../../platform/context.ts';
import { actForTenant } from '../../platform/db/tenant.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { recordAudit } from '../../platform/outbox/audit.ts';
import { operatorOfCall } from './access.ts';

type Answer = OutputOf<typeof operators.settings>;

interface Row {
  readonly settings: Partial<OperatorSettings>;
  readonly updated_at: Date;
}

export async function getSettings(
  { db }: Platform,
  input: ParsedInputOf<typeof operators.settings>,
  call: Call,
): Promise<Answer> {
  return await db.transaction(async (tx) => {
    const operatorId = await operatorOfCall(tx, call.actor, input);
    return answerOf(operatorId, await readSettings(tx, operatorId));
  });
}

/** Two that change different settings at once both have their way: what is given is merged into the row. */
export async function updateSettings(
  { db, crypto }: Platform,
  input: ParsedInputOf<typeof operators.updateSettings>,
  call: Call,
): Promise<Answer> {
  return await db.transaction((tx) =>
    idempotent(tx, crypto, { call, input }, async () => {
      const { operatorId: _given, ...changes } = input;
      const operatorId = await operatorOfCall(tx, call.actor, input);
      await actForTenant(tx, operatorId);
      const { rows } = await tx.query<Row>(
        `INSERT INTO operator_settings AS known (tenant_id, settings) VALUES ($1, $2)
         ON CONFLICT (tenant_id) DO UPDATE
           SET settings = known.settings || excluded.settings, updated_at = clock_timestamp()
         RETURNING settings, updated_at`,
        [operatorId, JSON.stringify(changes)],
      );
      const { actor, requestId } = call;
      const details = { fields: Object.keys(changes).sort() };
      await recordAudit(tx, {
        ...{ actor, requestId, details },
        action: 'operator.settings-updated',
        subject: operatorId,
      });
      return answerOf(operatorId, rows[0]);
    }),
  );
}

/** In a transaction that may act for this operator from then on. */
export async function readSettings(tx: Tx, operatorId: string): Promise<Row | undefined> {
  await actForTenant(tx, operatorId);
  const { rows } = await tx.query<Row>(
    'SELECT settings, updated_at FROM operator_settings WHERE tenant_id = $1',
    [operatorId],
  );
  return rows[0];
}

function answerOf(operatorId: string, row: Row | undefined): Answer {
  return {
    ...DEFAULT_SETTINGS,
    ...row?.settings,
    operatorId,
    updatedAt: row?.updated_at.toISOString() ?? null,
  };
}
