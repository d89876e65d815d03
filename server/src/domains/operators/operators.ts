import { KingaError } from '@kinga/shared/contract/errors.ts';
import { PAGE_SIZE } from '@kinga/shared/contract/fields.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { Operator, operators } from '@kinga/shared/operators/contract.ts';
import type { OperatorDetail } from '@kinga/shared/operators/onboarding.ts';
import { type InferEntity, LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type By, who } from '../../platform/call/by.ts';
import { beforeId } from '../../platform/call/cursor.ts';
import type { Call } from '../../platform/call/handler.ts';
import { idempotent } from '../../platform/call/idempotency.ts';
import type { Platform } from '../../platform/context.ts';
import { newId } from '../../platform/crypto/ids.ts';
import { isUniqueViolation } from '../../platform/db/errors.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { recordAudit } from '../../platform/outbox/audit.ts';
import { operatorOfCall, unknownOperator } from './access.ts';
import { latestScores } from './compliance/history.ts';
import { OperatorEntity } from './entities.ts';

export type NewOperator = ParsedInputOf<typeof operators.create> & {
  readonly contactPhone?: string | null;
  readonly website?: string | null;
};
interface Work {
  readonly em: EntityManager;
  readonly tx: Tx;
}

/** By a call: once per idempotency key. */
export async function createByCall(
  { db, crypto }: Platform,
  input: ParsedInputOf<typeof operators.create>,
  call: Call,
): Promise<Operator> {
  return await db.transaction((tx) =>
    idempotent(tx, crypto, { call, input }, () => insertOperator(tx, input, call)),
  );
}

export async function createOperator({ db }: Platform, input: NewOperator, by: By): Promise<Operator> {
  return await db.transaction((tx) => insertOperator(tx, input, by));
}

/** In the transaction of whatever makes it one. */
export async function insertOperator(tx: Tx, input: NewOperator, by: By): Promise<Operator> {
  const { name, licenceNo, contactEmail, contactPhone = null, website = null } = input;
  const id = newId('op');
  try {
    const { rows } = await tx.query<{ created_at: Date }>(
      `INSERT INTO operators (id, name, licence_no, contact_email, contact_phone, website)
       VALUES ($1, $2, $3, $4, $5, $6) RETURNING created_at`,
      [id, name, licenceNo, contactEmail, contactPhone, website],
    );
    const [row] = rows;
    if (row === undefined) throw new Error('INSERT returned no operator');
    await recordAudit(tx, { ...who(by), action: 'operator.created', subject: id });
    const createdAt = row.created_at.toISOString();
    return { id, name, licenceNo, contactEmail, createdAt, state: 'active', licenceExpiresAt: null };
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw licenceTaken(error);
  }
}

export async function listOperators(
  platform: Platform,
  input: ParsedInputOf<typeof operators.list>,
): Promise<OutputOf<typeof operators.list>> {
  const before = beforeId('op', input.cursor);
  const found = await platform.db.em().find(
    OperatorEntity,
    { internal: false, ...(before !== null && { id: { $lt: before } }) },
    {
      orderBy: { id: 'desc' },
      limit: PAGE_SIZE + 1,
    },
  );
  const page = found.slice(0, PAGE_SIZE).map(operatorOf);
  const scores = await latestScores(
    platform.db,
    page.map(({ id }) => id),
  );
  const items = page.map((operator) => ({ ...operator, compliance: scores.get(operator.id) ?? null }));
  const last = items.at(-1);
  return found.length > PAGE_SIZE && last ? { items, nextCursor: last.id } : { items };
}

export async function getOperator(
  platform: Platform,
  input: ParsedInputOf<typeof operators.get>,
  call: Call,
): Promise<OperatorDetail> {
  const id = await operatorOfCall(platform.db, call.actor, input);
  return detailOf(await platform.db.em().findOneOrFail(OperatorEntity, { id }));
}

export async function updateOperator(
  { db, crypto }: Platform,
  input: ParsedInputOf<typeof operators.update>,
  call: Call,
): Promise<OperatorDetail> {
  const { operatorId, ...changes } = input;
  return await db.unitOfWork((em, tx) =>
    idempotent(tx, crypto, { call, input }, () =>
      changeOperator({ em, tx }, operatorId, { changes, by: call, action: 'operator.updated' }),
    ),
  );
}

interface OperatorChanges {
  readonly name?: string | undefined;
  readonly licenceNo?: string | undefined;
  readonly contactEmail?: string | undefined;
  readonly contactPhone?: string | null | undefined;
  readonly website?: string | null | undefined;
  readonly licenceExpiresAt?: Date;
  readonly suspendedAt?: Date | null;
  readonly suspensionReason?: string | null;
}

/** One change of one operator's row, with its audit: which fields, not what is in them. */
export async function changeOperator(
  { em, tx }: Work,
  operatorId: string,
  change: {
    readonly changes: OperatorChanges;
    readonly by: By;
    readonly action: string;
    readonly details?: Readonly<Record<string, unknown>>;
  },
): Promise<OperatorDetail> {
  const operator = await lockOperator(em, operatorId);
  em.assign(operator, { ...change.changes } as Partial<typeof operator>);
  await flushUnderLicence(em);
  const fields = Object.keys(change.changes).sort();
  await recordAudit(tx, {
    ...who(change.by),
    action: change.action,
    subject: operatorId,
    details: change.details ?? { fields },
  });
  return detailOf(operator);
}

/** Its row, held to the end of the transaction. */
export async function lockOperator(
  em: EntityManager,
  operatorId: string,
): Promise<InferEntity<typeof OperatorEntity>> {
  const operator = await em.findOne(
    OperatorEntity,
    { id: operatorId },
    { lockMode: LockMode.PESSIMISTIC_WRITE },
  );
  if (operator === null) throw unknownOperator();
  return operator;
}

async function flushUnderLicence(em: EntityManager): Promise<void> {
  try {
    await em.flush();
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw licenceTaken(error);
  }
}

export function licenceTaken(cause?: unknown): KingaError {
  const message = 'There is an operator with this licence number already';
  return new KingaError('CONFLICT', message, { details: [{ path: 'licenceNo', message }], cause });
}

export function operatorOf(operator: InferEntity<typeof OperatorEntity>): Operator {
  const { id, name, licenceNo, contactEmail, createdAt, suspendedAt, licenceExpiresAt } = operator;
  return {
    id,
    name,
    licenceNo,
    contactEmail,
    createdAt: createdAt.toISOString(),
    state: suspendedAt ? 'suspended' : 'active',
    licenceExpiresAt: licenceExpiresAt?.toISOString() ?? null,
  };
}

export function detailOf(operator: InferEntity<typeof OperatorEntity>): OperatorDetail {
  return {
    ...operatorOf(operator),
    contactPhone: operator.contactPhone ?? null,
    website: operator.website ?? null,
    suspendedAt: operator.suspendedAt?.toISOString() ?? null,
    suspensionReason: operator.suspensionReason ?? null,
  };
}
