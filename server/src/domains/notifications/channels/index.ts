import { join } from 'node:path';
import type { Config } from '../../../config.ts';
import type { Message } from '../send.ts';
import type { Channel } from './channel.ts';
import { fileOutbox } from './file-outbox.ts';
import { smtp } from './smtp.ts';

export type Channels = Readonly<Record<Message['channel'], Channel>>;

/** Which provider stands behind which channel: SMTP when there is one, else files in DATA_DIR/messages. */
export function createChannels({ dataDir, smtp: server }: Config): Channels {
  const files = (channel: keyof Channels) => fileOutbox(join(dataDir, 'messages', channel));
  return {
    email: server === undefined ? files('email') : smtp(server),
    sms: files('sms'),
    push: files('push'),
  };
}
