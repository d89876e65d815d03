import type { Platform } from '../../platform/context.ts';
import { Gone, type Outgoing, Refused } from './channels/channel.ts';
import { type Channels, createChannels } from './channels/index.ts';
import { addressOfDevice, forgetDevice } from './push.ts';
import type { Message, MessageContent } from './send.ts';
import { render } from './templates/index.ts';

type MessageRow = Pick<Message, 'channel' | 'template'> & { readonly content: Buffer };

/** A transport keeps connections, so a process has one set. */
const channelsOf = new WeakMap<Platform, Channels>();

/**
 * Hands one message to its channel. Whoever dies between the provider's yes and our note of it hands it over
 * again under the same id.
 */
export async function deliverMessage(
  platform: Platform,
  messageId: string,
  channels = ownChannels(platform),
): Promise<void> {
  const { db, crypto } = platform;
  const { rows } = await db.query<MessageRow>(
    `UPDATE messages SET attempts = attempts + 1
     WHERE id = $1 AND sent_at IS NULL AND failed_at IS NULL RETURNING channel, template, content`,
    [messageId],
  );
  const [row] = rows;
  if (row === undefined) return;
  const content = JSON.parse(crypto.open(row.content)) as MessageContent;
  try {
    await channels[row.channel].deliver(await outgoing(platform, { id: messageId, row, content }));
    await db.query('UPDATE messages SET sent_at = clock_timestamp(), failure = NULL WHERE id = $1', [
      messageId,
    ]);
  } catch (error) {
    const isFinal = error instanceof Refused;
    await db.transaction(async (tx) => {
      await tx.query(
        `UPDATE messages SET failure = $2, failed_at = CASE WHEN $3 THEN clock_timestamp() END WHERE id = $1`,
        [messageId, error instanceof Error ? error.message.slice(0, 200) : 'unknown', isFinal],
      );
      if (row.channel === 'push' && error instanceof Gone) await forgetDevice(tx, content.to);
    });
    if (!isFinal) throw error;
  }
}

function ownChannels(platform: Platform): Channels {
  const channels = channelsOf.get(platform) ?? createChannels(platform.config);
  channelsOf.set(platform, channels);
  return channels;
}

async function outgoing(
  { db, crypto, config: { publicUrl } }: Platform,
  { id, row, content }: { id: string; row: MessageRow; content: MessageContent },
): Promise<Outgoing> {
  const { to, data, locale } = content;
  const { subject, text, short } = render(row.template, { locale, data, publicUrl });
  const address = row.channel === 'push' ? await addressOfDevice(db, crypto, to) : { to };
  if (address === undefined) throw new Refused('the device is not registered any more');
  return { id, ...address, subject, text: row.channel === 'email' ? text : short };
}
