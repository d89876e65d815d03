import { type broadcasts, broadcastTopics } from '@kinga/shared/broadcasts/contract.ts';
import { matchTopic } from '@kinga/shared/contract/topic.ts';
import type { FeedEvent } from '@kinga/shared/contract/wire.ts';
import { z } from 'zod';
import type { Domain } from '../../domain.ts';
import type { Actor } from '../../platform/call/actor.ts';
import type { Platform } from '../../platform/context.ts';
import { Deliveries } from './deliveries.ts';
import { isMember, memberOf } from './members.ts';
import { BroadcastService } from './service.ts';

export interface Broadcasts {
  readonly domain: Domain<typeof broadcasts>;
}

const sent = z.object({ id: z.string() });

/** Announcements to an audience: who is connected gets them at once, for the others they wait. */
export function createBroadcasts(platform: Platform): Broadcasts {
  const deliveries = new Deliveries(platform);
  const service = new BroadcastService(platform, deliveries);
  const topic = broadcastTopics.audience;
  return {
    domain: {
      name: 'broadcasts',
      handlers: {
        send: (input, call) => service.send(input, call),
        get: (input, call) => service.get(input.id, call),
        pending: (input, call) => service.pending(input, call),
        acknowledge: (input, call) => service.acknowledge(input.id, call),
      },
      outboxLogs: [
        {
          topic,
          authorize: (actor, audience) => isMember(actor, audience),
          snapshot: (name, actor) => service.snapshot(matchTopic(topic.pattern, name) ?? '', actor),
          delivered: (event: FeedEvent, actor: Actor) => {
            const data = sent.safeParse(event.data);
            if (data.success) deliveries.add({ broadcastId: data.data.id, member: memberOf(actor) });
          },
        },
      ],
      services: [deliveries],
    },
  };
}
