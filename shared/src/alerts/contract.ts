import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure } from '../contract/procedure.ts';
import { topic } from '../contract/topic.ts';

/** What an alert may be about; who raises it is the part before the dot. */
export const ALERT_KINDS = [
  /** One operator asks about one person more often than the policy allows. */
  'screening.person-rate',
  /** One operator asks about numbers that follow each other. */
  'screening.sequential-scan',
  /** One operator asks about more different people than it can have to do with. */
  'screening.many-people',
  /** One operator tries out dates of birth with one name. */
  'screening.dates-of-birth',
  /** A token was used by another operator than its own. */
  'tokens.foreign-use',
  /** A key asks by tokens that are nobody's, or no tokens at all. */
  'tokens.probing',
  /** One phone or e-mail address stands on many people. */
  'tokens.shared-contact',
  /** One person was mapped by many operators within minutes. */
  'tokens.many-operators',
  /** Two records that may be one person. */
  'tokens.duplicate-person',
  /** Tokens were issued for numbers that follow each other. */
  'tokens.sequential-ids',
  /** An operator reported a token as being in wrong hands. */
  'tokens.compromised',
  /** A change was committed and an operator has not acknowledged it in time. */
  'propagation.unacknowledged',
  /** An operator was told of an exclusion and has not reported the account closed in time. */
  'propagation.unclosed',
  /** A known person was answered wrongly, or not in time, on one of the routes. */
  'canary.failed',
  /** An operator's licence ends soon or has ended. */
  'operators.licence',
  /** The last key an operator can ask with ends soon. */
  'operators.key',
  /** An operator's compliance score is low or fell sharply, or it has stopped asking. */
  'operators.compliance',
  /** A petition waits for its notice or its decision longer than it may. */
  'petitions.overdue',
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];
export const ALERT_SEVERITIES = ['info', 'warning', 'critical'] as const;
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number];

const alert = z.object({
  id: fields.id,
  kind: z.enum(ALERT_KINDS),
  severity: z.enum(ALERT_SEVERITIES),
  /** The operator it is about, if it is about one. */
  operatorId: fields.id.nullable(),
  /** What was seen and which rule it broke, in words; ids, counts and pseudonyms, never personal data. */
  explanation: z.string(),
  facts: z.record(z.string(), z.unknown()),
  raisedAt: fields.instant,
  /** How often it has been seen since, and when last: the same thing is one alert while it is open. */
  count: z.number().int().positive(),
  lastSeenAt: fields.instant,
  resolvedAt: fields.instant.nullable(),
  resolution: z.string().nullable(),
});
export type Alert = z.output<typeof alert>;

const staff = { access: { roles: ['admin', 'regulator'] }, limit: 'staff' } as const;

export const alerts = {
  list: procedure('alerts.list', {
    summary: 'Alerts, the newest first',
    ...staff,
    input: z.strictObject({
      state: z.enum(['open', 'resolved']).optional(),
      kind: z.enum(ALERT_KINDS).optional(),
      operatorId: fields.id.optional(),
      cursor: fields.cursor.optional(),
    }),
    output: fields.page(alert),
  }),
  resolve: procedure('alerts.resolve', {
    summary: 'Closes an alert and says why; seen again, the same thing raises a new one',
    ...staff,
    input: z.strictObject({ id: fields.id, resolution: fields.longText }),
    output: alert,
  }),
};

export const alertTopics = {
  alerts: topic({
    pattern: 'monitoring/alerts',
    kind: 'log',
    summary: 'Alerts as they are raised and resolved',
    access: { roles: ['admin', 'regulator'] },
    retentionDays: 7,
    events: { raised: alert, resolved: alert },
  }),
};
