import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure, ROLES } from '../contract/procedure.ts';
import { topic } from '../contract/topic.ts';

export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export const audience = z.union([
  z.literal('all'),
  z.enum(ROLES.map((role) => `role:${role}` as const)),
  z.templateLiteral(['operator:', z.string().min(1).max(64)]),
]);
export type Audience = z.output<typeof audience>;

const broadcast = z.object({
  id: fields.id,
  audience: z.string(),
  severity: z.enum(SEVERITIES),
  title: z.string(),
  body: z.string(),
  sentAt: fields.instant,
});
export type Broadcast = z.output<typeof broadcast>;

const counts = z.object({
  /** Members of the audience it has been sent to on a socket, or who have read it since. */
  delivered: fields.seq,
  acknowledged: fields.seq,
});

export const broadcasts = {
  send: procedure('broadcasts.send', {
    summary: 'Reaches every connected member of the audience, and waits for the others',
    access: { roles: ['admin'] },
    input: z.strictObject({
      audience,
      severity: z.enum(SEVERITIES),
      title: fields.shortText,
      body: fields.longText,
    }),
    output: broadcast,
    idempotency: 'accepted',
    limit: 'staff',
  }),
  get: procedure('broadcasts.get', {
    summary: 'One broadcast with its delivery counts, for its sender',
    access: { roles: ['admin'] },
    input: z.strictObject({ id: fields.id }),
    output: broadcast.extend({ counts }),
    limit: 'staff',
  }),
  pending: procedure('broadcasts.pending', {
    summary:
      'What waits for the caller: broadcasts to them of the last 7 days that they have not acknowledged',
    access: { roles: ROLES, scopes: ['exclusions:lookup', 'exclusions:watch'] },
    input: fields.listInput,
    output: fields.page(broadcast),
  }),
  acknowledge: procedure('broadcasts.acknowledge', {
    summary: 'The caller has read it. Repeating it changes nothing',
    access: { roles: ROLES, scopes: ['exclusions:lookup', 'exclusions:watch'] },
    input: z.strictObject({ id: fields.id }),
    output: z.object({ id: fields.id, acknowledgedAt: fields.instant }),
  }),
};

export const broadcastTopics = {
  audience: topic({
    pattern: 'broadcasts/<audience>',
    kind: 'log',
    summary: 'Broadcasts to one audience; the snapshot is what the watcher has not acknowledged yet',
    access: 'member',
    retentionDays: 7,
    events: { sent: broadcast },
  }),
};
