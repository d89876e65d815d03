import { join } from 'node:path';
import type { Config } from '../../../config.ts';
import type { ChannelName } from '../send.ts';
import type { Channel } from './channel.ts';
import { fileOutbox } from './file-outbox.ts';
import { smtp } from './smtp.ts';

/** Which provider stands behind which channel: SMTP when there is one, else files in DATA_DIR/messages. */
export function createChannels({ dataDir, smtp: server }: Config): Readonly<Record<ChannelName, Channel>> {
  const files = (channel: ChannelName) => fileOutbox(join(dataDir, 'messages', channel));
  return {
    email: server === undefined ? files('email') : smtp(server),
    sms: files('sms'),
    push: files('push'),
  };
}
