import { type ErrorDetail, invalidInput } from '@kinga/shared/contract/errors.ts';
import { type IdentifierType, identifier } from '@kinga/shared/exclusions/identifier.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import { canonicalise } from '../../identifiers/index.ts';
import type { ChannelName } from '../../notifications/index.ts';

export type ContactType = 'phone' | 'email';

/** Where a code can be sent, in its canonical form. */
export interface Contact {
  readonly type: ContactType;
  readonly canonical: string;
  /** 16 bytes */
  readonly key: Buffer;
}

export interface SignInBy {
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
}

/** One of the two is there: the contract says so. */
export function contactOf(crypto: Crypto, given: SignInBy): Contact {
  if (given.phone !== undefined) return contactAt(crypto, { type: 'phone', value: given.phone }, 'phone');
  return contactAt(crypto, { type: 'email', value: given.email ?? '' }, 'email');
}

export function contactAt(
  crypto: Crypto,
  { type, value }: { type: ContactType; value: string },
  path: string,
): Contact {
  const result = canonicalise({ type, value });
  if (!result.ok) throw invalidInput(path, result.message);
  return { type, canonical: result.canonical, key: crypto.identifierKey(type, result.canonical) };
}

/** Beside what the schema complains of: an identifier that is none, at this path of the input. */
function malformedAt(path: string, identifierIn: (input: object) => unknown) {
  return (input: unknown): ErrorDetail[] => {
    if (typeof input !== 'object' || input === null) return [];
    const given = identifier.safeParse(identifierIn(input));
    const result = given.success ? canonicalise(given.data) : undefined;
    return result?.ok === false ? [{ path, message: result.message }] : [];
  };
}

const get = (input: object, name: string): unknown => Reflect.get(input, name);

export const malformedPhone = malformedAt('phone', (input) => ({
  type: 'phone',
  value: get(input, 'phone'),
}));
export const malformedNationalId = malformedAt('nationalId', (input) => ({
  type: 'nationalId',
  value: get(input, 'nationalId'),
}));
export const malformedContact = malformedAt('contact.value', (input) => get(input, 'contact'));
export const malformedOwn = malformedAt('value', (input) => ({
  type: get(input, 'type'),
  value: get(input, 'value'),
}));
export const malformedSearched = malformedAt('identifier.value', (input) => get(input, 'identifier'));

export function channelOf(type: ContactType): ChannelName {
  return type === 'email' ? 'email' : 'sms';
}

/** Enough for the owner to know which one it is, and for nobody else to use it. */
export function masked(type: IdentifierType, canonical: string): string {
  if (type === 'email') {
    const at = canonical.lastIndexOf('@');
    return `${canonical.slice(0, 1)}•••${canonical.slice(at)}`;
  }
  const head = type === 'phone' ? canonical.slice(0, 4) : '';
  return `${head}•••${canonical.slice(-3)}`;
}
