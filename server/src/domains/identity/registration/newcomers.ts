import { conflict } from '@kinga/shared/contract/errors.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import { newId } from '../../../platform/crypto/ids.ts';
import { isUniqueViolation } from '../../../platform/db/errors.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import type { Locale } from '../../notifications/index.ts';
import type { Contact } from '../verification/contact.ts';

export interface Newcomer {
  /** An operator’s staff belong to the operator that invited them, or to none yet. */
  readonly role: 'citizen' | 'operator';
  readonly operatorId?: string | undefined;
  /** Proved: it is what they sign in with, and one of their identifiers. */
  readonly contact: Contact;
  /** Null: they come by way of a provider. */
  readonly passwordHash: string | null;
  readonly name: string | undefined;
  readonly dateOfBirth: string | undefined;
  readonly locale: Locale;
  readonly requestId: string;
}

/** Somebody who came by themselves. CONFLICT when the contact is another account's to sign in with by now. */
export async function insertNewcomer(
  tx: Tx,
  crypto: Crypto,
  newcomer: Newcomer,
): Promise<{ accountId: string; verifiedAt: Date }> {
  const { contact } = newcomer;
  const accountId = newId('acc');
  const sealed = (text: string | undefined) => (text === undefined ? null : crypto.seal(text));
  try {
    await tx.query(
      `INSERT INTO accounts (id, email, phone_key, role, operator_id, password_hash, name, date_of_birth, locale)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        accountId,
        contact.type === 'email' ? contact.canonical : null,
        contact.type === 'phone' ? contact.key : null,
        newcomer.role,
        newcomer.operatorId ?? null,
        newcomer.passwordHash,
        sealed(newcomer.name),
        sealed(newcomer.dateOfBirth),
        newcomer.locale,
      ],
    );
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw conflict('code', 'There is an account that signs in with this already', error);
  }
  const { rows } = await tx.query<{ verified_at: Date }>(
    `INSERT INTO account_identifiers (account_id, key, type, sealed, verified_at)
     VALUES ($1, $2, $3, $4, clock_timestamp()) RETURNING verified_at`,
    [accountId, contact.key, contact.type, crypto.seal(contact.canonical)],
  );
  await recordAudit(tx, {
    actor: 'system',
    action: 'account.registered',
    subject: accountId,
    details: { role: newcomer.role, identifiers: [contact.type] },
    requestId: newcomer.requestId,
  });
  const [row] = rows;
  if (row === undefined) throw new Error('INSERT returned no identifier');
  return { accountId, verifiedAt: row.verified_at };
}
