import type { AlertKind, AlertSeverity } from '@kinga/shared/alerts/contract.ts';
import type { Tone } from '../ui/Badge.tsx';
import { all } from '../ui/choices.ts';

export type AlertState = 'open' | 'resolved';
export const ALERT_STATES = all<AlertState>({ open: true, resolved: true });
export const ALERT_KINDS = all<AlertKind>({
  'propagation.unacknowledged': true,
  'propagation.unclosed': true,
  'canary.failed': true,
  'screening.person-rate': true,
  'screening.sequential-scan': true,
  'screening.many-people': true,
  'screening.dates-of-birth': true,
  'tokens.foreign-use': true,
  'tokens.probing': true,
  'tokens.shared-contact': true,
  'tokens.many-operators': true,
  'tokens.duplicate-person': true,
  'tokens.sequential-ids': true,
  'tokens.compromised': true,
  'operators.licence': true,
  'operators.key': true,
  'operators.compliance': true,
  'petitions.overdue': true,
});
export const SEVERITY_TONES: Readonly<Record<AlertSeverity, Tone>> = {
  info: 'plain',
  warning: 'warn',
  critical: 'bad',
};
