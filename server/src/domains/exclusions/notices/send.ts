import type { SupportNews } from '@kinga/shared/exclusions/life-cycle.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { type Locale, sendMessage, sendToDevices, type TemplateName } from '../../notifications/index.ts';
import type { Reader } from './readers.ts';
import { SUPPORT_TEXTS } from './texts.ts';

/** Who a support person is and where they are reached, as it is sealed. */
export interface SupportContact {
  readonly name: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly locale: Locale;
}

/** One message to every e-mail address and phone of the account, in its language; its devices say that there is one. */
export async function sendToAccount(
  tx: Tx,
  crypto: Crypto,
  reader: Reader,
  message: { readonly template: TemplateName; data(locale: Locale): Readonly<Record<string, string>> },
): Promise<void> {
  const { accountId, locale } = reader;
  for (const { type, address } of reader.contacts) {
    await sendMessage(tx, crypto, {
      channel: type === 'email' ? 'email' : 'sms',
      to: crypto.open(address),
      template: message.template,
      data: message.data(locale),
      locale,
      accountId,
    });
  }
  await sendToDevices(tx, crypto, [accountId]);
}

/** Tells the support person, if the person wants them told of this. */
export async function sendToSupport(
  tx: Tx,
  crypto: Crypto,
  { support }: Reader,
  news: SupportNews,
): Promise<void> {
  if (support === null || !support.tellOn.includes(news)) return;
  const { name, email, phone, locale } = JSON.parse(crypto.open(support.contact)) as SupportContact;
  const data = { name, news: SUPPORT_TEXTS[locale][news] };
  if (email !== null)
    await sendMessage(tx, crypto, { channel: 'email', to: email, template: 'supportPerson', data, locale });
  if (phone !== null)
    await sendMessage(tx, crypto, { channel: 'sms', to: phone, template: 'supportPerson', data, locale });
}
