import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { topic } from '../contract/topic.ts';

export const notificationTopics = {
  inbox: topic({
    pattern: 'inbox/<accountId>',
    kind: 'log',
    summary: 'What the hub has to tell one account',
    access: 'owner',
    retentionDays: 7,
    events: {
      exclusionRegistered: z.object({
        exclusionId: fields.id,
        reference: z.string(),
        endsAt: fields.instant.nullable(),
      }),
      exclusionEnding: z.object({
        exclusionId: fields.id,
        reference: z.string(),
        endsAt: fields.instant,
        daysBefore: z.union([z.literal(30), z.literal(7), z.literal(1)]),
      }),
      /** For the sender of a broadcast, at most once a second. */
      broadcastProgress: z.object({ id: fields.id, delivered: fields.seq, acknowledged: fields.seq }),
    },
  }),
};
