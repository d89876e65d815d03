import { notificationJobs } from '@kinga/shared/notifications/jobs.ts';
import type { Crypto } from '../../platform/crypto/crypto.ts';
import { newId } from '../../platform/crypto/ids.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { enqueueJob } from '../../platform/outbox/outbox.ts';
import type { Locale, TemplateName } from './templates/index.ts';

/** How somebody is reached by an address. */
export type ChannelName = 'email' | 'sms';

/** By push nothing is said that is anybody's business, and never a code: see push.ts. */
export type Message = MessageBy<ChannelName, TemplateName> | MessageBy<'push', 'news'>;

interface MessageBy<TChannel, TTemplate> {
  readonly channel: TChannel;
  /** An e-mail address, a phone number in E.164, or a device id. */
  readonly to: string;
  readonly template: TTemplate;
  /** What the template says, e.g. `{ code: '123456' }`. */
  readonly data: Readonly<Record<string, string>>;
  readonly locale?: Locale;
  /** Whose message it is, when an account stands behind the address. */
  readonly accountId?: string;
}

/** What is sealed of a message: the address, and what it says. */
export interface MessageContent {
  readonly to: string;
  readonly data: Readonly<Record<string, string>>;
  readonly locale: Locale;
}

/** In the transaction of what it speaks of: it leaves after the commit, or never if there is none. */
export async function sendMessage(tx: Tx, crypto: Crypto, message: Message): Promise<string> {
  const id = newId('msg');
  const { channel, template, accountId, to, data, locale = 'en' } = message;
  const content: MessageContent = { to, data, locale };
  await tx.query(
    `INSERT INTO messages (id, channel, template, content, account_id) VALUES ($1, $2, $3, $4, $5)`,
    [id, channel, template, crypto.seal(JSON.stringify(content)), accountId ?? null],
  );
  await enqueueJob(tx, notificationJobs.deliver, { data: { messageId: id }, key: `deliver:${id}` });
  return id;
}
