import { conflict } from '@kinga/shared/contract/errors.ts';
import type { InvitedStaff, StaffMember } from '@kinga/shared/operators/staff.ts';
import type { Platform } from '../../platform/context.ts';
import { actForTenant } from '../../platform/db/tenant.ts';
import type { Tx } from '../../platform/db/tx.ts';
import type { Revocations } from '../../platform/revocations/revocations.ts';
import type { Locale } from '../notifications/index.ts';
import { findByEmail } from './accounts.ts';
import type { Invitation } from './registration/invitations.ts';
import { revokeSessions, standingSessions } from './sessions/sessions.ts';
import { close, hold } from './verification/challenges.ts';
import { contactAt } from './verification/contact.ts';
import { sendCode } from './verification/send-code.ts';

export interface StaffContact {
  readonly accountId: string;
  readonly email: string;
  readonly locale: Locale;
}

export interface StaffInvitation {
  readonly operatorId: string;
  readonly operatorName: string;
  readonly email: string;
  readonly locale: Locale;
}

/** The accounts of operators' staff, for the domain that decides about operators. */
export interface OperatorStaff {
  /** In the transaction that makes the operator. */
  link(tx: Tx, accountId: string, operatorId: string): Promise<void>;
  /** Of one account, to be written to; undefined: it has no e-mail address. */
  contactOf(tx: Tx, accountId: string): Promise<StaffContact | undefined>;
  contactsOf(tx: Tx, operatorId: string): Promise<StaffContact[]>;
  /** Members first, then invitations that still can be accepted. */
  list(tx: Tx, operatorId: string): Promise<StaffMember[]>;
  invite(tx: Tx, invitation: StaffInvitation): Promise<InvitedStaff>;
  /** The last thing of its transaction; undefined: there is no such member or invitation. */
  remove(tx: Tx, operatorId: string, id: string): Promise<Removed | undefined>;
}

export interface Removed {
  readonly what: 'member' | 'invitation';
  readonly sessionsEnded: number;
  /** After the commit. */
  announce(): void;
}

export function createOperatorStaff(
  { crypto }: Pick<Platform, 'crypto'>,
  revocations: Revocations,
): OperatorStaff {
  return {
    link: linkOperatorStaff,
    async contactOf(tx, accountId) {
      return (await contactsWhere(tx, 'id = $1', accountId))[0];
    },
    contactsOf: (tx, operatorId) =>
      contactsWhere(tx, 'operator_id = $1 AND suspended_at IS NULL', operatorId),
    list: (tx, operatorId) => listStaff(tx, crypto, operatorId),
    invite: (tx, invitation) => invite(tx, crypto, invitation),
    remove: (tx, operatorId, id) => remove(tx, revocations, { operatorId, id }),
  };
}

/**
 * In the transaction that makes the operator. An account of another role (an administrator who applied for
 * somebody) stays what it is; tokens made from now on, a refreshed one too, name the operator.
 */
async function linkOperatorStaff(tx: Tx, accountId: string, operatorId: string): Promise<void> {
  const { rows } = await tx.query<{ role: string }>('SELECT role FROM accounts WHERE id = $1', [accountId]);
  if (rows[0]?.role === 'operator') await joinOperator(tx, { accountId, operatorId, path: 'id' });
}

/**
 * An account serves one operator in its life: it comes back to that one, and to no other. `path`: the field of the
 * input by which it was meant.
 */
export async function joinOperator(
  tx: Tx,
  { accountId, operatorId, path }: { accountId: string; operatorId: string; path: string },
): Promise<void> {
  const { rowCount } = await tx.query(
    `UPDATE accounts SET operator_id = $2, left_operator_id = NULL, left_operator_at = NULL
     WHERE id = $1 AND ${MAY_JOIN}`,
    [accountId, operatorId],
  );
  if (rowCount === 0) throw conflict(path, 'The account belongs to an operator, or did before');
}

const MAY_JOIN = `role = 'operator' AND operator_id IS NULL AND coalesce(left_operator_id, $2) = $2`;

async function contactsWhere(tx: Tx, condition: string, value: string): Promise<StaffContact[]> {
  const { rows } = await tx.query<StaffContact>(
    `SELECT id AS "accountId", email, locale FROM accounts
     WHERE ${condition} AND email IS NOT NULL ORDER BY id`,
    [value],
  );
  return rows;
}

async function listStaff(tx: Tx, crypto: Platform['crypto'], operatorId: string): Promise<StaffMember[]> {
  const members = await tx.query<{ id: string; email: string | null; created_at: Date }>(
    'SELECT id, email, created_at FROM accounts WHERE operator_id = $1 ORDER BY id',
    [operatorId],
  );
  await actForTenant(tx, operatorId);
  const invited = await tx.query<InvitationRow>(
    `SELECT id, email, invited_at, expires_at FROM staff_invitations
     WHERE tenant_id = $1 AND expires_at > clock_timestamp() ORDER BY id`,
    [operatorId],
  );
  return [
    ...members.rows.map(({ id, email, created_at }) => ({
      ...{ id, email, state: 'member' as const, expiresAt: null },
      since: created_at.toISOString(),
    })),
    ...invited.rows.map((row) => invitedOf(row, crypto.open(row.email))),
  ];
}

interface InvitationRow {
  readonly id: string;
  readonly email: Buffer;
  readonly invited_at: Date;
  readonly expires_at: Date;
}

function invitedOf(row: InvitationRow, email: string): InvitedStaff {
  return {
    ...{ id: row.id, email, state: 'invited' },
    since: row.invited_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
  };
}

/**
 * The same rows and the same answer whether or not the address has an account here: that somebody has one is
 * nothing an operator may find out. Whoever has one is told by a message, which only they can read.
 */
async function invite(
  tx: Tx,
  crypto: Platform['crypto'],
  { operatorId, operatorName, email, locale }: StaffInvitation,
): Promise<InvitedStaff> {
  const contact = contactAt(crypto, { type: 'email', value: email }, 'email');
  const owner = await findByEmail(tx, contact.canonical);
  if (owner?.operator_id === operatorId) {
    throw conflict('email', 'They work for this operator already');
  }
  const isFree = owner === undefined || (await mayJoin(tx, owner.id, operatorId));
  const payload: Invitation = { email: contact.canonical, operatorId, locale };
  const sent = await sendCode(tx, crypto, {
    ...{ purpose: 'invitation', contact, payload, locale, invitedBy: operatorName, asker: operatorId },
    accountId: isFree ? owner?.id : undefined,
    ...(isFree ? {} : { insteadOfCode: 'accountExists' }),
  });
  await actForTenant(tx, operatorId);
  await tx.query('DELETE FROM staff_invitations WHERE tenant_id = $1 AND expires_at < clock_timestamp()', [
    operatorId,
  ]);
  const { rows } = await tx.query<InvitationRow>(
    `INSERT INTO staff_invitations (id, tenant_id, email_key, email, expires_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (tenant_id, email_key) DO UPDATE
       SET id = excluded.id, invited_at = excluded.invited_at, expires_at = excluded.expires_at
     RETURNING id, email, invited_at, expires_at`,
    [sent.challengeId, operatorId, contact.key, crypto.seal(contact.canonical), sent.expiresAt],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('INSERT returned no invitation');
  return invitedOf(row, contact.canonical);
}

async function mayJoin(tx: Tx, accountId: string, operatorId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `SELECT FROM accounts WHERE id = $1 AND suspended_at IS NULL AND ${MAY_JOIN}`,
    [accountId, operatorId],
  );
  return rowCount > 0;
}

/** Used up; false: it was taken back, or replaced by a newer one. */
export async function takeInvitation(
  tx: Tx,
  { id, operatorId }: { id: string; operatorId: string },
): Promise<boolean> {
  await actForTenant(tx, operatorId);
  const { rowCount } = await tx.query('DELETE FROM staff_invitations WHERE id = $1 AND tenant_id = $2', [
    id,
    operatorId,
  ]);
  return rowCount > 0;
}

async function remove(
  tx: Tx,
  revocations: Revocations,
  { operatorId, id }: { operatorId: string; id: string },
): Promise<Removed | undefined> {
  await hold(tx, id);
  if (await takeInvitation(tx, { id, operatorId })) {
    await close(tx, id);
    return { what: 'invitation', sessionsEnded: 0, announce: () => {} };
  }
  const { rowCount } = await tx.query(
    `UPDATE accounts SET operator_id = NULL, left_operator_id = $2, left_operator_at = clock_timestamp()
     WHERE id = $1 AND operator_id = $2`,
    [id, operatorId],
  );
  if (rowCount === 0) return undefined;
  const ended = await revokeSessions(tx, revocations, await standingSessions(tx, { accountId: id }));
  const announce = () => {
    for (const sessionId of ended) revocations.announce({ kind: 'session', id: sessionId });
  };
  return { what: 'member', sessionsEnded: ended.length, announce };
}
