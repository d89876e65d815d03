import { type notifications, notificationTopics } from '@kinga/shared/notifications/contract.ts';
import type { Domain } from '../../domain.ts';
import type { Platform } from '../../platform/context.ts';
import { createDevices } from './devices.ts';

export { deliverMessage } from './deliver.ts';
export { removeDevices } from './devices.ts';
export { sendToDevices } from './push.ts';
export { type ChannelName, type Message, sendMessage } from './send.ts';
export type { Locale, TemplateName } from './templates/index.ts';

export interface Notifications {
  readonly domain: Domain<typeof notifications>;
}

/**
 * What the hub has to tell one account, and on which devices it says so. Whoever has something to tell appends it to
 * `inbox/<accountId>` in the transaction of what it speaks of; that it is the account's own is the topic's declaration.
 */
export function createNotifications(platform: Platform): Notifications {
  return {
    domain: {
      name: 'notifications',
      handlers: createDevices(platform),
      outboxLogs: [{ topic: notificationTopics.inbox }],
    },
  };
}
