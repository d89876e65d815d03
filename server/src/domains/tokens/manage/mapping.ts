import { PAGE_SIZE } from '@kinga/shared/contract/fields.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { tokens } from '@kinga/shared/tokens/contract.ts';
import type { Call } from '../../../platform/call/handler.ts';
import { actForTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import { watch } from '../fraud/watch.ts';
import { tellChanges } from '../memory/changes.ts';
import { keyOf, ownerOf, revokedToken } from '../operator.ts';
import { countAsLearned, customerHash, mapCustomers } from './customers.ts';
import type { EndingsDeps } from './endings.ts';
import { workingTokens } from './generations.ts';
import { lockOwnToken } from './own.ts';

/** Which customer of the operator this is. Mapping it again to the same token changes nothing. */
export async function mapToken(
  { platform: { db, crypto }, foreignUse }: EndingsDeps,
  { hash, customerId }: { readonly hash: string; readonly customerId: string },
  call: Call,
): Promise<OutputOf<typeof tokens.map>> {
  const key = keyOf(call);
  const { operatorId } = key;
  return await db.transaction(async (tx) => {
    const { subjectId, works } = await lockOwnToken(tx, key, hash, foreignUse);
    if (!works) throw revokedToken();
    const mapped = await mapCustomers(tx, crypto, { operatorId, customers: [{ customerId, subjectId }] });
    const [fresh] = mapped;
    if (fresh === undefined) {
      const mappedAt = await mappedAtOf(tx, operatorId, customerHash(crypto, operatorId, customerId));
      return { handle: subjectId, mappedAt: mappedAt.toISOString() };
    }
    const details = fresh.movedFrom === null ? {} : { movedFrom: fresh.movedFrom };
    const { actor, requestId } = call;
    await recordAudit(tx, { actor, requestId, action: 'token.mapped', subject: subjectId, details });
    await watch(tx, crypto, { operatorId, isBulk: false, people: [], mapped, doubles: new Map() });
    // A customer of somebody excluded is one the operator has to hear of.
    await countAsLearned(tx, [subjectId]);
    await tellChanges(tx, await workingTokens(tx, [subjectId]));
    return { handle: subjectId, mappedAt: fresh.mappedAt.toISOString() };
  });
}

async function mappedAtOf(tx: Tx, operatorId: string, hash: Buffer): Promise<Date> {
  const { rows } = await tx.query<{ mapped_at: Date }>(
    'SELECT mapped_at FROM token_customers WHERE tenant_id = $1 AND customer_hash = $2',
    [operatorId, hash],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('a customer is neither mapped nor new');
  return row.mapped_at;
}

export async function unmapCustomer(
  { platform: { db, crypto } }: EndingsDeps,
  customerId: string,
  call: Call,
): Promise<OutputOf<typeof tokens.unmap>> {
  const { operatorId } = keyOf(call);
  return await db.transaction(async (tx) => {
    await actForTenant(tx, operatorId);
    const { rows } = await tx.query<{ subject_id: string }>(
      'DELETE FROM token_customers WHERE tenant_id = $1 AND customer_hash = $2 RETURNING subject_id',
      [operatorId, customerHash(crypto, operatorId, customerId)],
    );
    const [row] = rows;
    if (row === undefined) return { unmapped: false };
    const { actor, requestId } = call;
    await recordAudit(tx, { actor, requestId, action: 'token.unmapped', subject: row.subject_id });
    return { unmapped: true };
  });
}

interface MappingRow {
  readonly id: string;
  readonly customer_sealed: Buffer;
  readonly subject_id: string;
  readonly sealed: Buffer | null;
  readonly mapped_at: Date;
}

export async function listMappings(
  { platform: { db, crypto } }: EndingsDeps,
  { cursor, customerId }: ParsedInputOf<typeof tokens.mappings>,
  call: Call,
): Promise<OutputOf<typeof tokens.mappings>> {
  const { operatorId } = ownerOf(call);
  const rows = await db.transaction(async (tx) => {
    await actForTenant(tx, operatorId);
    const found = await tx.query<MappingRow>(
      `SELECT c.id, c.customer_sealed, c.subject_id, t.sealed, c.mapped_at
       FROM token_customers c LEFT JOIN tokens t ON t.subject_id = c.subject_id AND t.state = 'active'
       WHERE c.tenant_id = $1 AND ($2::text IS NULL OR c.id < $2)
         AND ($3::bytea IS NULL OR c.customer_hash = $3) ORDER BY c.id DESC LIMIT ${PAGE_SIZE + 1}`,
      [
        operatorId,
        cursor ?? null,
        customerId === undefined ? null : customerHash(crypto, operatorId, customerId),
      ],
    );
    return found.rows;
  });
  const page = rows.slice(0, PAGE_SIZE);
  const items = page.map(({ customer_sealed, subject_id, sealed, mapped_at }) => ({
    customerId: crypto.open(customer_sealed),
    handle: subject_id,
    token: sealed === null ? null : crypto.open(sealed),
    mappedAt: mapped_at.toISOString(),
  }));
  const last = page.at(-1);
  return rows.length > PAGE_SIZE && last ? { items, nextCursor: last.id } : { items };
}
