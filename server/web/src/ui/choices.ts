import type { Audience } from '@kinga/shared/broadcasts/contract.ts';
import type { Period, Source } from '@kinga/shared/exclusions/contract.ts';
import type { IdentifierType } from '@kinga/shared/exclusions/identifier.ts';

/*
 * What the forms offer, in the order people read it. The contract's own lists come with its schemas, which
 * a phone need not load; the types keep these complete.
 */
export function all<TChoice extends string>(choices: Readonly<Record<TChoice, true>>): readonly TChoice[] {
  return Object.keys(choices) as TChoice[];
}

export const IDENTIFIER_TYPES = all<IdentifierType>({
  nationalId: true,
  phone: true,
  passport: true,
  alienId: true,
  email: true,
});
export const PERIODS = all<Period>({
  '24h': true,
  '7d': true,
  '30d': true,
  '6mo': true,
  '1y': true,
  permanent: true,
});
export const SOURCES = all<Source>({
  person: true,
  family: true,
  operator: true,
  court: true,
  regulator: true,
});
export const AUDIENCES = all<Exclude<Audience, `operator:${string}`>>({
  all: true,
  'role:bettor': true,
  'role:citizen': true,
  'role:operator': true,
  'role:regulator': true,
  'role:support': true,
  'role:admin': true,
});
export type Severity = 'info' | 'warning' | 'critical';
export const SEVERITIES = all<Severity>({ info: true, warning: true, critical: true });
