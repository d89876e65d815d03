import type { Scope } from '@kinga/shared/contract/procedure.ts';
import type { Application, ApplicationState, Decision } from '@kinga/shared/operators/onboarding.ts';
import type { OperatorSettings } from '@kinga/shared/operators/settings.ts';
import type { Tone } from '../ui/Badge.tsx';
import { all } from '../ui/choices.ts';

export type DocumentKind = Application['documents'][number]['kind'];
export const DOCUMENT_KINDS = all<DocumentKind>({
  licence: true,
  incorporation: true,
  taxCompliance: true,
  ownership: true,
  dataProtection: true,
  other: true,
});
export const APPLICATION_STATES = all<ApplicationState>({
  submitted: true,
  inReview: true,
  moreInformation: true,
  approved: true,
  rejected: true,
});
export const APPLICATION_TONES: Readonly<Record<ApplicationState, Tone>> = {
  submitted: 'warn',
  inReview: 'warn',
  moreInformation: 'plain',
  approved: 'good',
  rejected: 'bad',
};
/** What a reviewer may make of an application as it stands. */
export const NEXT_DECISIONS: Readonly<Record<ApplicationState, readonly Decision[]>> = {
  submitted: ['inReview'],
  inReview: ['approved', 'moreInformation', 'rejected'],
  moreInformation: ['rejected'],
  approved: [],
  rejected: [],
};
export const SCOPES = all<Scope>({
  'exclusions:lookup': true,
  'exclusions:watch': true,
  'tokens:manage': true,
  'tokens:validate': true,
  'operator:self': true,
});
export const NOTICES = all<OperatorSettings['notices'][number]>({
  licence: true,
  keys: true,
  compliance: true,
  incidents: true,
});
