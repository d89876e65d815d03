import type { KingaError } from '@kinga/shared/contract/errors.ts';
import type { Exclusion, Period, Source } from '@kinga/shared/exclusions/contract.ts';
import type { Identifier, IdentifierType } from '@kinga/shared/exclusions/identifier.ts';
import type { Actor } from '../../../platform/call/actor.ts';
import type { Claim } from '../../../platform/call/idempotency.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import { type IdentifierKey, isStrong } from '../../identifiers/index.ts';
import { MATCH, matchKeysOf } from '../../matching/index.ts';

/** What a person is found by, as the register keeps it: findable by its key, readable only by who may open the seal. */
export interface PersonKey {
  /** A match key stands for name and date of birth; it is weak, and there is nothing to open. */
  readonly type: IdentifierType | typeof MATCH;
  readonly strong: boolean;
  readonly key: Buffer;
  /** The key as text, for maps and for the log. */
  readonly hex: string;
  readonly original: Buffer;
}

export interface SealedIdentifier extends PersonKey {
  readonly type: IdentifierType;
}

/** One exclusion to be registered, with everything personal sealed already. */
export interface Registration {
  /** At least one, each key once. */
  readonly identifiers: readonly PersonKey[];
  readonly period: Period;
  readonly source: Source;
  /** Milliseconds since 1970; absent: the instant of the registration. */
  readonly startsAt: number | undefined;
  readonly reason: Buffer | null;
  readonly name: Buffer | null;
  readonly dateOfBirth: Buffer | null;
  readonly by: Actor | 'system';
  /** What is new in it is only said, by this petition, until it is decided. */
  readonly saidBy?: string;
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

export interface GivenDetails {
  readonly name?: string | undefined;
  readonly dateOfBirth?: string | undefined;
}

/** The identifiers as given, and behind them the keys by which the person is found by name and date of birth. */
export function sealPerson(
  crypto: Crypto,
  given: { readonly keys: readonly IdentifierKey[]; readonly identifiers: readonly Identifier[] },
  details: GivenDetails | undefined,
): PersonKey[] {
  const sealed = sealIdentifiers(crypto, given.keys, given.identifiers);
  return [...sealed, ...sealMatchKeys(matchKeysOf(crypto, { ...details, identifiers: given.keys }))];
}

const NOTHING = Buffer.alloc(0);

export function sealMatchKeys(keys: readonly Buffer[]): PersonKey[] {
  return keys.map((key) => ({
    type: MATCH,
    strong: false,
    key,
    hex: key.toString('hex'),
    original: NOTHING,
  }));
}

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
