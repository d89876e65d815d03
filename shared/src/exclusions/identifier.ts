import { z } from 'zod';

export const IDENTIFIER_TYPES = ['nationalId', 'phone', 'passport', 'alienId', 'email'] as const;
export type IdentifierType = (typeof IDENTIFIER_TYPES)[number];

/**
 * Something a person is known by. The value is taken as people write it (`23 456 789`, `0712 345 678`) and
 * brought to its canonical form by the hub; a value that has none is INVALID_INPUT at its own path.
 */
export const identifier = z.strictObject({
  type: z.enum(IDENTIFIER_TYPES),
  value: z.string().max(320),
  /** ISO 3166-1 alpha-2 of the issuer; KE when absent. */
  country: z.string().length(2).optional(),
});
export type Identifier = z.output<typeof identifier>;

export const IDENTIFIERS_MAX = 10;
/** At least one is required; the hub says so by path, so that one bad item of many fails alone. */
export const identifiers = z.array(identifier).max(IDENTIFIERS_MAX);
