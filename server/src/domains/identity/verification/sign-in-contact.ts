import { conflict } from '@kinga/shared/contract/errors.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import { isUniqueViolation } from '../../../platform/db/errors.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { type Contact, contactAt } from './contact.ts';

/** A proved phone or e-mail address signs in, unless the account has one of its type or another account has this. */
export async function signInWith(tx: Tx, accountId: string, contact: Contact): Promise<void> {
  const column = columnOf(contact);
  try {
    await tx.query(
      `UPDATE accounts SET ${column} = $2
       WHERE id = $1 AND ${column} IS NULL AND NOT EXISTS (SELECT FROM accounts WHERE ${column} = $2)`,
      [accountId, handleOf(contact)],
    );
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw conflict('code', 'Another account has begun to sign in with this', error);
  }
}

/**
 * The account signs in with this no longer; the next proved one of its type takes its place. CONFLICT when there
 * would be nothing left to sign in with.
 */
export async function stopSigningIn(
  tx: Tx,
  crypto: Crypto,
  { accountId, contact }: { accountId: string; contact: Contact },
): Promise<void> {
  const column = columnOf(contact);
  const { rows } = await tx.query<{ signs_in: boolean; handles: number }>(
    `SELECT coalesce(${column} = $2, false) AS signs_in, num_nonnulls(email, phone_key) AS handles
     FROM accounts WHERE id = $1`,
    [accountId, handleOf(contact)],
  );
  if (rows[0]?.signs_in !== true) return;
  const next = await nextOf(tx, crypto, { accountId, contact });
  if (next === undefined && rows[0].handles < 2) {
    throw conflict('value', 'There would be nothing left to sign in with');
  }
  await tx.query(`UPDATE accounts SET ${column} = $2 WHERE id = $1`, [
    accountId,
    next === undefined ? null : handleOf(next),
  ]);
}

/** The one that was proved first, of those that no other account signs in with. */
async function nextOf(
  tx: Tx,
  crypto: Crypto,
  { accountId, contact }: { accountId: string; contact: Contact },
): Promise<Contact | undefined> {
  const { rows } = await tx.query<{ sealed: Buffer }>(
    `SELECT sealed FROM account_identifiers
     WHERE account_id = $1 AND type = $2 AND key <> $3 AND verified_at IS NOT NULL ORDER BY verified_at, key`,
    [accountId, contact.type, contact.key],
  );
  for (const { sealed } of rows) {
    const candidate = contactAt(crypto, { type: contact.type, value: crypto.open(sealed) }, 'value');
    const taken = await tx.query(`SELECT FROM accounts WHERE ${columnOf(candidate)} = $1`, [
      handleOf(candidate),
    ]);
    if (taken.rowCount === 0) return candidate;
  }
  return undefined;
}

function columnOf({ type }: Contact): 'email' | 'phone_key' {
  return type === 'email' ? 'email' : 'phone_key';
}

function handleOf({ type, canonical, key }: Contact): string | Buffer {
  return type === 'email' ? canonical : key;
}
