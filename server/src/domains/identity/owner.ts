import type { Crypto } from '../../platform/crypto/crypto.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { type Locale, sendMessage, sendToDevices } from '../notifications/index.ts';
import { type Contact, type ContactType, channelOf } from './verification/contact.ts';

interface OwnerRow {
  readonly email: string | null;
  readonly phone: Buffer | null;
  readonly locale: Locale;
}

/** Tells the owner of an account what happened to it, where they sign in with; their devices say that something did. */
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
  await sendToDevices(tx, crypto, [accountId]);
  const to = owner.email ?? (owner.phone && crypto.open(owner.phone));
  if (to === null) return;
  const channel = owner.email === null ? 'sms' : 'email';
  await sendMessage(tx, crypto, { channel, to, template, data: {}, locale: owner.locale, accountId });
}

/**
 * Tells them everywhere they are known to be reached: what signs in, what was proved, and what is given beside.
 * Not at the one it is about.
 */
export async function tellEverywhere(
  tx: Tx,
  crypto: Crypto,
  told: {
    accountId: string;
    template: 'factorsReset' | 'contactAdded' | 'contactRemoved';
    also?: readonly Contact[];
    about?: Contact;
  },
): Promise<void> {
  const { accountId, template } = told;
  const account = await tx.query<Omit<OwnerRow, 'phone'>>(
    'SELECT email, locale FROM accounts WHERE id = $1',
    [accountId],
  );
  const [owner] = account.rows;
  if (owner === undefined) return;
  const { rows } = await tx.query<{ type: ContactType; sealed: Buffer }>(
    `SELECT i.type, i.sealed FROM account_identifiers i JOIN accounts a ON a.id = i.account_id
     WHERE i.account_id = $1 AND i.type IN ('phone', 'email')
       AND (i.verified_at IS NOT NULL OR i.key = a.phone_key) ORDER BY i.type, i.key`,
    [accountId],
  );
  const known = [
    ...rows.map(({ type, sealed }) => ({ type, canonical: crypto.open(sealed) })),
    ...(owner.email === null ? [] : [{ type: 'email' as const, canonical: owner.email }]),
    ...(told.also ?? []),
  ];
  const contacts = new Map(known.map(({ type, canonical }) => [canonical, type]));
  if (told.about !== undefined) contacts.delete(told.about.canonical);
  await sendToDevices(tx, crypto, [accountId]);
  for (const [to, type] of contacts) {
    const channel = channelOf(type);
    await sendMessage(tx, crypto, { channel, to, template, data: {}, locale: owner.locale, accountId });
  }
}
