import type { IdentifierType } from '@kinga/shared/exclusions/identifier.ts';
import { IDENTIFIER_TYPES } from '../../ui/choices.ts';

/** The words for a kind of identifier. */
export function typeKey(type: string): `register.types.${IdentifierType}` {
  return `register.types.${IDENTIFIER_TYPES.find((known) => known === type) ?? 'nationalId'}`;
}
