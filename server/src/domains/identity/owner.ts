import type { Crypto } from '../../platform/crypto/crypto.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { type Locale, sendMessage } from '../notifications/index.ts';

interface OwnerRow {
  readonly email: string | null;
  readonly phone: Buffer | null;
  readonly locale: Locale;
}

/** Tells the owner of an account what happened to it, where they sign in with. */
export async function tellOwner(
  tx: Tx,
  crypto: Crypto,
  {
    accountId,
    template,
  }: { accountId: string; template: 'passwordChanged' | 'factorAdded' | 'factorRemoved' },
): Promise<void> {
  const { rows } = await tx.query<OwnerRow>(
    `SELECT a.email, a.locale, i.sealed AS phone FROM accounts a
     LEFT JOIN account_identifiers i ON i.account_id = a.id AND i.key = a.phone_key WHERE a.id = $1`,
    [accountId],
  );
  const [owner] = rows;
  if (owner === undefined) return;
  const to = owner.email ?? (owner.phone && crypto.open(owner.phone));
  if (to === null) return;
  const channel = owner.email === null ? 'sms' : 'email';
  await sendMessage(tx, crypto, { channel, to, template, data: {}, locale: owner.locale, accountId });
}
