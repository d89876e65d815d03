import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { topic } from '../contract/topic.ts';
import { PETITION_STATES } from '../petitions/contract.ts';

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
      /** Its period is over and it stays in force, until the person asks to return. */
      exclusionStays: z.object({ exclusionId: fields.id, reference: z.string(), endsAt: fields.instant }),
      exclusionChanged: z.object({
        exclusionId: fields.id,
        reference: z.string(),
        change: z.enum([
          'extended',
          'renewalOn',
          'renewalOff',
          'returnRequested',
          'returnCancelled',
          'lifted',
        ]),
        endsAt: fields.instant.nullable(),
      }),
      /** A petition the account filed, or that is about its owner; what was said is read with `petitions.get`. */
      petitionChanged: z.object({ petitionId: fields.id, state: z.enum(PETITION_STATES) }),
      /** For the sender of a broadcast, at most once a second. */
      broadcastProgress: z.object({ id: fields.id, delivered: fields.seq, acknowledged: fields.seq }),
    },
  }),
};
