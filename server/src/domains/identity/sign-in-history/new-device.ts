import type { Crypto } from '../../../platform/crypto/crypto.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { networkOf } from '../../../platform/http/addresses.ts';
import { type ChannelName, type Locale, sendMessage, sendToDevices } from '../../notifications/index.ts';
import type { SignIn } from './sign-ins.ts';

interface Contact {
  readonly type: 'email' | 'phone';
  readonly sealed: Buffer;
  readonly locale: Locale;
}

const CHANNELS: Readonly<Record<Contact['type'], ChannelName>> = { email: 'email', phone: 'sms' };

/**
 * To an e-mail address of the account, else to a phone, that somebody signed in from a device not seen before; the
 * devices that are told anything say that there is something new.
 */
export async function tellOwner(tx: Tx, crypto: Crypto, signIn: SignIn): Promise<void> {
  const { accountId, device, address } = signIn;
  await sendToDevices(tx, crypto, [accountId]);
  const { rows } = await tx.query<Contact>(
    `SELECT i.type, i.sealed, a.locale FROM account_identifiers i JOIN accounts a ON a.id = i.account_id
     WHERE i.account_id = $1 AND i.type IN ('email', 'phone')
     ORDER BY i.verified_at IS NULL, i.type, i.key LIMIT 1`,
    [accountId],
  );
  const [contact] = rows;
  if (contact === undefined) return;
  await sendMessage(tx, crypto, {
    channel: CHANNELS[contact.type],
    to: crypto.open(contact.sealed),
    template: 'newDevice',
    locale: contact.locale,
    data: {
      device: device?.name ?? '?',
      network: networkOf(address) ?? '?',
      at: `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    },
    accountId,
  });
}
