import { conflict, KingaError, notFound } from '@kinga/shared/contract/errors.ts';
import { PAGE_SIZE } from '@kinga/shared/contract/fields.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { operators } from '@kinga/shared/operators/contract.ts';
import type { Application, ApplicationDetail, Decision } from '@kinga/shared/operators/onboarding.ts';
import type { AccountActor } from '../../../platform/call/actor.ts';
import { beforeId } from '../../../platform/call/cursor.ts';
import type { Call } from '../../../platform/call/handler.ts';
import { idempotent } from '../../../platform/call/idempotency.ts';
import type { Platform } from '../../../platform/context.ts';
import { newId } from '../../../platform/crypto/ids.ts';
import { isUniqueViolation } from '../../../platform/db/errors.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import { licenceTaken } from '../operators.ts';
import type { OperatorStaff } from '../staff-seam.ts';
import { tellApplicant } from './tell.ts';

type NewApplication = ParsedInputOf<typeof operators.apply>;

export interface ApplicationRow {
  readonly id: string;
  readonly applicant_id: string;
  readonly state: Application['state'];
  readonly name: string;
  readonly licence_no: string;
  readonly contact_email: string;
  readonly contact_phone: string | null;
  readonly website: string | null;
  readonly documents: Application['documents'];
  readonly submitted_at: Date;
  readonly updated_at: Date;
  readonly operator_id: string | null;
}

const COLUMNS = `id, applicant_id, state, name, licence_no, contact_email, contact_phone, website, documents,
  submitted_at, updated_at, operator_id`;

/** Somebody who is of no operator yet, or an administrator for somebody. */
export async function apply(
  { platform, staff }: { platform: Platform; staff: OperatorStaff },
  input: NewApplication,
  call: Call,
): Promise<Application> {
  const applicant = accountOf(call);
  return await platform.db.transaction((tx) =>
    idempotent(tx, platform.crypto, { call, input }, async () => {
      await refuseOthers(tx, applicant, input.id);
      const taken = await tx.query('SELECT FROM operators WHERE lower(licence_no) = lower($1)', [
        input.licenceNo,
      ]);
      if (taken.rowCount > 0) throw licenceTaken();
      const row = await store(tx, input, applicant.accountId);
      const { actor, requestId } = call;
      const action = input.id === undefined ? 'application.submitted' : 'application.completed';
      await recordAudit(tx, { actor, requestId, action, subject: row.id });
      await tellApplicant(tx, { platform, staff }, { ...toldOf(row), template: 'applicationReceived' });
      return applicationOf(row);
    }),
  );
}

/** Whoever works for an operator, or did; and anybody can make an account, so that each has one open application. */
async function refuseOthers(
  tx: Tx,
  { accountId, role }: AccountActor,
  completed: string | undefined,
): Promise<void> {
  const { rows } = await tx.query<{ operator_id: string | null }>(
    `SELECT coalesce(operator_id, left_operator_id) AS operator_id FROM accounts
     WHERE id = $1 FOR NO KEY UPDATE`,
    [accountId],
  );
  if (rows[0]?.operator_id != null)
    throw new KingaError('CONFLICT', 'This account belongs to an operator already, or did before');
  if (role !== 'operator' || completed !== undefined) return;
  const open = await tx.query(
    `SELECT FROM operator_applications
     WHERE applicant_id = $1 AND state IN ('submitted', 'inReview', 'moreInformation')`,
    [accountId],
  );
  if (open.rowCount > 0) throw new KingaError('CONFLICT', 'You have an open application already');
}

/** Who is told of it, and by what name. */
export function toldOf(row: ApplicationRow): { applicantId: string; name: string; contactEmail: string } {
  return { applicantId: row.applicant_id, name: row.name, contactEmail: row.contact_email };
}

async function store(tx: Tx, input: NewApplication, applicantId: string): Promise<ApplicationRow> {
  const { name, licenceNo, contactEmail, contactPhone = null, website = null } = input;
  const values = [name, licenceNo, contactEmail, contactPhone, website, JSON.stringify(input.documents)];
  try {
    if (input.id !== undefined) return await complete(tx, [input.id, applicantId, ...values]);
    const { rows } = await tx.query<ApplicationRow>(
      `INSERT INTO operator_applications
         (id, applicant_id, state, name, licence_no, contact_email, contact_phone, website, documents)
       VALUES ($1, $2, 'submitted', $3, $4, $5, $6, $7, $8) RETURNING ${COLUMNS}`,
      [newId('app'), applicantId, ...values],
    );
    const [row] = rows;
    if (row === undefined) throw new Error('INSERT returned no application');
    return row;
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    const message = 'There is an open application for this licence number already';
    throw new KingaError('CONFLICT', message, { details: [{ path: 'licenceNo', message }], cause: error });
  }
}

/** The answer to a request for more information: the application as it should have been. */
async function complete(tx: Tx, values: readonly unknown[]): Promise<ApplicationRow> {
  const { rows } = await tx.query<ApplicationRow>(
    `UPDATE operator_applications SET state = 'submitted', name = $3, licence_no = $4, contact_email = $5,
       contact_phone = $6, website = $7, documents = $8, updated_at = clock_timestamp()
     WHERE id = $1 AND applicant_id = $2 AND state = 'moreInformation' RETURNING ${COLUMNS}`,
    values,
  );
  const [row] = rows;
  if (row !== undefined) return row;
  const own = await tx.query('SELECT FROM operator_applications WHERE id = $1 AND applicant_id = $2', [
    values[0],
    values[1],
  ]);
  throw own.rowCount === 0 ? unknownApplication() : conflict('id', 'Nobody has asked for more information');
}

export async function listApplications(
  { db }: Platform,
  { state, cursor }: ParsedInputOf<typeof operators.listApplications>,
  call: Call,
): Promise<OutputOf<typeof operators.listApplications>> {
  const actor = accountOf(call);
  const { rows } = await db.query<ApplicationRow>(
    `SELECT ${COLUMNS} FROM operator_applications
     WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR applicant_id = $2)
       AND ($3::text IS NULL OR id < $3)
     ORDER BY id DESC LIMIT ${PAGE_SIZE + 1}`,
    [state ?? null, actor.role === 'operator' ? actor.accountId : null, beforeId('app', cursor)],
  );
  const items = rows.slice(0, PAGE_SIZE).map(applicationOf);
  const last = items.at(-1);
  return rows.length > PAGE_SIZE && last ? { items, nextCursor: last.id } : { items };
}

export async function getApplication({ db }: Platform, id: string, call: Call): Promise<ApplicationDetail> {
  const actor = accountOf(call);
  const row = await findApplication(db, id);
  if (row === undefined || (actor.role === 'operator' && row.applicant_id !== actor.accountId)) {
    throw unknownApplication();
  }
  return await detailOf(db, row);
}

export async function findApplication(
  tx: Tx,
  id: string,
  lock: '' | 'FOR UPDATE' = '',
): Promise<ApplicationRow | undefined> {
  const { rows } = await tx.query<ApplicationRow>(
    `SELECT ${COLUMNS} FROM operator_applications WHERE id = $1 ${lock}`,
    [id],
  );
  return rows[0];
}

export async function detailOf(tx: Tx, row: ApplicationRow): Promise<ApplicationDetail> {
  const { rows } = await tx.query<{ reviewer_id: string; decision: Decision; note: string; at: Date }>(
    'SELECT reviewer_id, decision, note, at FROM operator_reviews WHERE application_id = $1 ORDER BY id',
    [row.id],
  );
  const reviews = rows.map(({ reviewer_id: reviewerId, decision, note, at }) => ({
    reviewerId,
    decision,
    note,
    at: at.toISOString(),
  }));
  return { ...applicationOf(row), reviews };
}

export function unknownApplication(): KingaError {
  return notFound('id', 'There is no such application');
}

export function accountOf({ actor }: Call): AccountActor {
  if (actor.kind !== 'account') throw new KingaError('FORBIDDEN', 'Only an account may do this');
  return actor;
}

function applicationOf(row: ApplicationRow): Application {
  return {
    id: row.id,
    applicantId: row.applicant_id,
    state: row.state,
    name: row.name,
    licenceNo: row.licence_no,
    contactEmail: row.contact_email,
    contactPhone: row.contact_phone,
    website: row.website,
    documents: row.documents,
    submittedAt: row.submitted_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    operatorId: row.operator_id,
  };
}
