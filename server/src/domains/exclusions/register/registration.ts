import type { KingaError } from '@kinga/shared/contract/errors.ts';
import type { Exclusion, Period, Source } from '@kinga/shared/exclusions/contract.ts';
import type { Identifier, IdentifierType } from '@kinga/shared/exclusions/identifier.ts';
import type { Actor } from '../../../platform/call/actor.ts';
import type { Claim } from '../../../platform/call/idempotency.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import { type IdentifierKey, isStrong } from '../../identifiers/index.ts';

/** An identifier as the register keeps it: findable by its key, readable only by who may open the seal. */
export interface SealedIdentifier {
  readonly type: IdentifierType;
  readonly strong: boolean;
  readonly key: Buffer;
  /** The key as text, for maps and for the log. */
  readonly hex: string;
  readonly original: Buffer;
}

/** One exclusion to be registered, with everything personal sealed already. */
export interface Registration {
  /** At least one, each key once. */
  readonly identifiers: readonly SealedIdentifier[];
  readonly period: Period;
  readonly source: Source;
  /** Milliseconds since 1970; absent: the instant of the registration. */
  readonly startsAt: number | undefined;
  readonly reason: Buffer | null;
  readonly name: Buffer | null;
  readonly dateOfBirth: Buffer | null;
  readonly by: Actor | 'system';
  readonly requestId: string | undefined;
  readonly claim: Claim | undefined;
  /** Absent for a live registration. */
  readonly row: ImportedRow | undefined;
}

/** What makes an imported row the same row when it comes again. */
export interface ImportedRow {
  readonly reference: string | undefined;
  /** Digest of the normalised row: its key when it has no reference. */
  readonly digest: Buffer;
}

/** What became of a registration. */
export type Outcome =
  | { readonly kind: 'registered' | 'replayed'; readonly exclusion: Exclusion }
  /** An imported row that stands in the register already. */
  | { readonly kind: 'known' }
  | { readonly kind: 'refused'; readonly error: KingaError };

export function sealIdentifiers(
  crypto: Crypto,
  keys: readonly IdentifierKey[],
  given: readonly Identifier[],
): SealedIdentifier[] {
  const sealed = new Map<string, SealedIdentifier>();
  for (const [index, { type, key, canonical }] of keys.entries()) {
    const hex = key.toString('hex');
    if (sealed.has(hex)) continue;
    const original = crypto.seal(given[index]?.value ?? canonical);
    sealed.set(hex, { type, strong: isStrong(type), key, hex, original });
  }
  return [...sealed.values()];
}
