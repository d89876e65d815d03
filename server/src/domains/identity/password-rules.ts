import { invalidInput } from '@kinga/shared/contract/errors.ts';
import { IDENTIFIER_TYPES } from '@kinga/shared/exclusions/identifier.ts';
import { dictionary } from '@zxcvbn-ts/language-common';
import type { Crypto } from '../../platform/crypto/crypto.ts';
import { canonicalise } from '../identifiers/index.ts';

const COMMONEST: ReadonlySet<string> = new Set(
  dictionary['passwords-common'].map((password) => password.toLowerCase()),
);

/** What everybody tries first is no secret (NIST SP 800-63B-4, 3.1.1.2). */
export function refuseCommonPassword(path: string, password: string): void {
  if (COMMONEST.has(password.toLowerCase())) {
    throw invalidInput(path, 'one of the commonest passwords: choose another one');
  }
}

/** Nor is what an account is known by, however it is written: a phone number is long enough to be chosen. */
export function refuseOwnPassword(
  crypto: Crypto,
  { path, password, keys }: { path: string; password: string; keys: readonly { readonly key: Buffer }[] },
): void {
  const isOwn = IDENTIFIER_TYPES.some((type) => {
    const said = canonicalise({ type, value: password });
    if (!said.ok) return false;
    const key = crypto.identifierKey(type, said.canonical);
    return keys.some((own) => own.key.equals(key));
  });
  if (isOwn)
    throw invalidInput(path, 'what the account is known by: choose a password that nobody can guess');
}
