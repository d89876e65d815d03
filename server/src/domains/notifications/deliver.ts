import type { Platform } from '../../platform/context.ts';
import { type Channel, Refused } from './channels/channel.ts';
import { createChannels } from './channels/index.ts';
import type { ChannelName, MessageContent } from './send.ts';
import { render, type TemplateName } from './templates/index.ts';

interface MessageRow {
  readonly channel: ChannelName;
  readonly template: TemplateName;
  readonly content: Buffer;
}

/** A transport keeps connections, so a process has one set. */
const channelsOf = new WeakMap<Platform, Readonly<Record<ChannelName, Channel>>>();

/**
 * Hands one message to its channel. Whoever dies between the provider's yes and our note of it hands it over
 * again under the same id.
 */
export async function deliverMessage(platform: Platform, messageId: string): Promise<void> {
  const { db, crypto, config } = platform;
  const { rows } = await db.query<MessageRow>(
    `UPDATE messages SET attempts = attempts + 1
     WHERE id = $1 AND sent_at IS NULL AND failed_at IS NULL RETURNING channel, template, content`,
    [messageId],
  );
  const [row] = rows;
  if (row === undefined) return;
  const channels = channelsOf.get(platform) ?? createChannels(config);
  channelsOf.set(platform, channels);
  const { to, data, locale } = JSON.parse(crypto.open(row.content)) as MessageContent;
  const { subject, text, short } = render(row.template, { locale, data, publicUrl: config.publicUrl });
  try {
    const body = row.channel === 'email' ? text : short;
    await channels[row.channel].deliver({ id: messageId, to, subject, text: body });
    await db.query('UPDATE messages SET sent_at = clock_timestamp(), failure = NULL WHERE id = $1', [
      messageId,
    ]);
  } catch (error) {
    const isFinal = error instanceof Refused;
    const failure = error instanceof Error ? error.message.slice(0, 200) : 'unknown';
    await db.query(
      `UPDATE messages SET failure = $2, failed_at = CASE WHEN $3 THEN clock_timestamp() END WHERE id = $1`,
      [messageId, failure, isFinal],
    );
    if (!isFinal) throw error;
  }
}
