import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure } from '../contract/procedure.ts';
import { topic } from '../contract/topic.ts';
import { PETITION_STATES } from '../petitions/contract.ts';

/** Whose push service a device's token is of. */
export const DEVICE_PLATFORMS = ['android', 'ios', 'web'] as const;
export type DevicePlatform = (typeof DEVICE_PLATFORMS)[number];

/** How many devices of one account are told; of one more, the one that was silent the longest gives way. */
export const DEVICES_MAX = 10;

const deviceLabel = z.string().trim().min(1).max(100);
const device = z.object({
  deviceId: fields.id,
  platform: z.enum(DEVICE_PLATFORMS),
  /** As its owner calls it. */
  label: z.string().nullable(),
  registeredAt: fields.instant,
  /** When its app last registered it. */
  lastSeenAt: fields.instant,
});
export type PushDevice = z.output<typeof device>;

export const notifications = {
  registerDevice: procedure('notifications.registerDevice', {
    summary:
      'This app is told when there is something new for the caller. Its account is the last one that registered it, and of more than ten devices the one silent the longest gives way. Repeating it changes nothing',
    access: 'signedIn',
    input: z.strictObject({
      /** What the push service knows the app by, or a web subscription as compact JSON. */
      token: z
        .string()
        .regex(/^[!-~]{1,4096}$/, '1 to 4096 printable ASCII characters, none of them a space'),
      platform: z.enum(DEVICE_PLATFORMS),
      label: deviceLabel.optional(),
    }),
    output: device,
  }),
  devices: procedure('notifications.devices', {
    summary: 'The devices on which the caller is told, the newest first',
    access: 'signedIn',
    input: z.strictObject({}),
    output: z.object({ items: z.array(device).max(DEVICES_MAX) }),
  }),
  removeDevice: procedure('notifications.removeDevice', {
    summary: 'The caller is told there no more. Repeating it changes nothing',
    access: 'signedIn',
    input: z.strictObject({ deviceId: fields.id }),
    output: z.object({ removed: z.boolean() }),
  }),
};

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
