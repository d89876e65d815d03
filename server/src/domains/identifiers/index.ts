import { type ErrorDetail, KingaError } from '@kinga/shared/contract/errors.ts';
import {
  IDENTIFIERS_MAX,
  type Identifier,
  type IdentifierType,
  identifier,
} from '@kinga/shared/exclusions/identifier.ts';
import { z } from 'zod';
import type { Crypto } from '../../platform/crypto/crypto.ts';
import { canonicalPhone } from './phone.ts';

export type Canonical =
  | { readonly ok: true; readonly type: IdentifierType; readonly canonical: string }
  | { readonly ok: false; readonly message: string };

/** How an identifier is found: 128 bits of the keyed hash of its canonical form. */
export interface IdentifierKey {
  readonly type: IdentifierType;
  readonly canonical: string;
  /** 16 bytes. */
  readonly key: Buffer;
}

const MESSAGES: Readonly<Record<IdentifierType, string>> = {
  nationalId: 'not a national ID number: 6 to 9 digits',
  phone: 'not a Kenyan phone number',
  passport: 'not a passport number: letters and digits',
  alienId: 'not an alien ID number: letters and digits',
  email: 'not an e-mail address',
};

const CANONICAL: Readonly<Record<IdentifierType, (value: string) => string | undefined>> = {
  nationalId: canonicalNationalId,
  phone: canonicalPhone,
  passport: canonicalDocument,
  alienId: canonicalDocument,
  email: canonicalEmail,
};

/**
 * The one spelling under which an identifier is known. The issuing country is not part of it: whoever asks
 * rarely knows it, and an exclusion that is found too often is better than one that is not found.
 */
export function canonicalise(identifier: Identifier): Canonical {
  const { type } = identifier;
  const canonical = CANONICAL[type](identifier.value);
  return canonical === undefined ? { ok: false, message: MESSAGES[type] } : { ok: true, type, canonical };
}

/**
 * A phone or an e-mail address changes hands, so it never says by itself that two records are one person; the
 * others do.
 */
export function isStrong(type: IdentifierType): boolean {
  return type === 'nationalId' || type === 'passport' || type === 'alienId';
}

/**
 * The keys of identifiers, in their order. INVALID_INPUT names every malformed one by its path and never
 * repeats the value, which is personal.
 */
export function keysOf(
  crypto: Crypto,
  identifiers: readonly Identifier[],
  basePath: string,
): IdentifierKey[] {
  if (identifiers.length === 0) throw malformed([{ path: basePath, message: 'at least one identifier' }]);
  const keys: IdentifierKey[] = [];
  let details: ErrorDetail[] | undefined;
  for (const [index, identifier] of identifiers.entries()) {
    const result = canonicalise(identifier);
    if (result.ok) keys.push(keyOf(crypto, result.type, result.canonical));
    else {
      details ??= [];
      details.push({ path: `${basePath}[${index}].value`, message: result.message });
    }
  }
  if (details !== undefined) throw malformed(details);
  return keys;
}

/** The malformed values among an input's `identifiers`, of whatever shape the rest of the input is. */
export function malformedIdentifiers(input: unknown): ErrorDetail[] {
  const given: unknown =
    typeof input === 'object' && input !== null ? Reflect.get(input, 'identifiers') : undefined;
  if (!Array.isArray(given)) return [];
  return given.slice(0, IDENTIFIERS_MAX).flatMap((item: unknown, index) => {
    const parsed = identifier.safeParse(item);
    const result = parsed.success ? canonicalise(parsed.data) : undefined;
    return result?.ok === false ? [{ path: `identifiers[${index}].value`, message: result.message }] : [];
  });
}

export function keyOf(crypto: Crypto, type: IdentifierType, canonical: string): IdentifierKey {
  return { type, canonical, key: crypto.identifierKey(type, canonical) };
}

function malformed(details: readonly ErrorDetail[]): KingaError {
  const [first] = details;
  return new KingaError('INVALID_INPUT', `${first?.path}: ${first?.message}`, { details });
}

const DIGITS = /^\d{6,9}$/;
const DASHES_AND_SPACES = /[\p{Zs}\p{Pd}]/gu;

/** Leading zeros are kept: they are part of the number on the card, and no rule says they may be dropped. */
function canonicalNationalId(value: string): string | undefined {
  if (DIGITS.test(value)) return value;
  // A spreadsheet marks a number that is meant as text with an apostrophe in front.
  const digits = value
    .trim()
    .replace(/^['\u2019]/, '')
    .replace(DASHES_AND_SPACES, '');
  return DIGITS.test(digits) ? digits : undefined;
}

function canonicalDocument(value: string): string | undefined {
  const compact = value.trim().replace(DASHES_AND_SPACES, '');
  return /^[A-Za-z0-9]{1,32}$/.test(compact) ? compact.toUpperCase() : undefined;
}

const EMAIL_CHARS_MAX = 254;

function canonicalEmail(value: string): string | undefined {
  const address = value.trim();
  const isOne = address.length <= EMAIL_CHARS_MAX && z.regexes.email.test(address);
  return isOne ? address.toLowerCase() : undefined;
}
