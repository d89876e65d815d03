import { KingaError } from '@kinga/shared/contract/errors.ts';
import { PAGE_SIZE } from '@kinga/shared/contract/fields.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { Operator, operators } from '@kinga/shared/operators/contract.ts';
import type { InferEntity } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { By } from '../../platform/call/by.ts';
import type { Call } from '../../platform/call/handler.ts';
import { idempotent } from '../../platform/call/idempotency.ts';
import type { Platform } from '../../platform/context.ts';
import { newId } from '../../platform/crypto/ids.ts';
import { isUniqueViolation } from '../../platform/db/errors.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { recordAudit } from '../../platform/outbox/audit.ts';
import { OperatorEntity } from './entities.ts';

type NewOperator = ParsedInputOf<typeof operators.create>;

/** By a call: once per idempotency key. */
export async function createByCall(platform: Platform, input: NewOperator, call: Call): Promise<Operator> {
  return await platform.db.unitOfWork((em, tx) =>
    idempotent(tx, platform.crypto, { call, input }, () => insertOperator({ em, tx }, input, call)),
  );
}

export async function createOperator(platform: Platform, input: NewOperator, by: By): Promise<Operator> {
  return await platform.db.unitOfWork((em, tx) => insertOperator({ em, tx }, input, by));
}

async function insertOperator(
  work: { em: EntityManager; tx: Tx },
  input: NewOperator,
  by: By,
): Promise<Operator> {
  const operator = work.em.create(OperatorEntity, { id: newId('op'), ...input, createdAt: new Date() });
  try {
    await work.em.flush();
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    const message = 'There is an operator with this licence number already';
    throw new KingaError('CONFLICT', message, { details: [{ path: 'licenceNo', message }], cause: error });
  }
  await recordAudit(work.tx, { ...by, action: 'operator.created', subject: operator.id });
  return operatorOf(operator);
}

export async function listOperators(
  platform: Platform,
  input: ParsedInputOf<typeof operators.list>,
): Promise<OutputOf<typeof operators.list>> {
  // Ids begin with the time, so the newest first is the greatest first, and the cursor is an id.
  const found = await platform.db
    .em()
    .find(OperatorEntity, input.cursor === undefined ? {} : { id: { $lt: input.cursor } }, {
      orderBy: { id: 'desc' },
      limit: PAGE_SIZE + 1,
    });
  const items = found.slice(0, PAGE_SIZE).map(operatorOf);
  const last = items.at(-1);
  return found.length > PAGE_SIZE && last ? { items, nextCursor: last.id } : { items };
}

export async function operatorExists(tx: Tx, operatorId: string): Promise<boolean> {
  const { rows } = await tx.query('SELECT 1 FROM operators WHERE id = $1', [operatorId]);
  return rows.length > 0;
}

function operatorOf(operator: InferEntity<typeof OperatorEntity>): Operator {
  const { id, name, licenceNo, contactEmail, createdAt } = operator;
  return { id, name, licenceNo, contactEmail, createdAt: createdAt.toISOString() };
}
