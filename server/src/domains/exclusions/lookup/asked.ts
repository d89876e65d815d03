import { type ErrorDetail, KingaError } from '@kinga/shared/contract/errors.ts';
import type { Identifier, IdentifierType } from '@kinga/shared/exclusions/identifier.ts';
import {
  type AskedPerson,
  isDateOfBirth,
  NAME_CHARS_MIN,
  NO_DATE_OF_BIRTH,
} from '@kinga/shared/exclusions/person.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import { canonicalise, malformedIdentifiers } from '../../identifiers/index.ts';
import { askedKeysOf, type Facts, soundsOf } from '../../matching/index.ts';

/** Who is asked about. */
export interface Asked {
  readonly identifiers: readonly Identifier[];
  readonly person?: AskedPerson | undefined;
}

const NOBODY = 'at least one identifier, or in person two names and a date of birth';

export function isWellFormed({ name, dateOfBirth }: AskedPerson): boolean {
  return !isTooShort(name) && (dateOfBirth === undefined || isDateOfBirth(dateOfBirth));
}

/** Without an identifier there must be enough else: about one name nothing can be answered. */
export function isSomebody({ identifiers, person }: Asked): boolean {
  if (identifiers.length > 0) return true;
  return person?.dateOfBirth !== undefined && soundsOf(person.name ?? '').length > 1;
}

/** INVALID_INPUT with every malformed part by its path; a value is never repeated, it is personal. */
export function malformed(asked: Asked, base: string): KingaError {
  const { person } = asked;
  const details: ErrorDetail[] = malformedIdentifiers(asked).map(({ path, message }) => ({
    path: base + path,
    message,
  }));
  if (isTooShort(person?.name)) details.push({ path: `${base}person.name`, message: 'too short for a name' });
  if (person?.dateOfBirth !== undefined && !isDateOfBirth(person.dateOfBirth)) {
    details.push({ path: `${base}person.dateOfBirth`, message: NO_DATE_OF_BIRTH });
  }
  if (details.length === 0) details.push({ path: `${base}identifiers`, message: NOBODY });
  const [first] = details;
  return new KingaError('INVALID_INPUT', `${first?.path}: ${first?.message}`, { details });
}

export function refuseMalformed(asked: Asked, base: string): void {
  const { identifiers, person } = asked;
  const isGood =
    isSomebody(asked) &&
    (person === undefined || isWellFormed(person)) &&
    identifiers.every((identifier) => canonicalise(identifier).ok);
  if (!isGood) throw malformed(asked, base);
}

/** Every key the question could ask for, as far as it is well-formed. */
export function keysAskedFor(crypto: Crypto, { identifiers, person }: Asked): Buffer[] {
  const known: Facts['identifiers'][number][] = [];
  for (const identifier of identifiers) {
    const result = canonicalise(identifier);
    if (result.ok) known.push(result);
  }
  const keys = known.map(({ type, canonical }) => crypto.identifierKey(type, canonical));
  if (person !== undefined && isWellFormed(person)) {
    keys.push(...askedKeysOf(crypto, { ...person, identifiers: known }));
  }
  return keys;
}

/** In the order of what decides most. */
const NEXT: readonly IdentifierType[] = ['nationalId', 'phone', 'email', 'passport', 'alienId'];

/** What to ask a possible match for: of the two documents for life somebody has one. */
export function askNext(identifiers: readonly Identifier[]): IdentifierType | undefined {
  const given = new Set(identifiers.map(({ type }) => type));
  if (given.has('nationalId') || given.has('alienId')) given.add('nationalId').add('alienId');
  return NEXT.find((type) => !given.has(type));
}

function isTooShort(name: string | undefined): boolean {
  return name !== undefined && name.trim().length < NAME_CHARS_MIN;
}
