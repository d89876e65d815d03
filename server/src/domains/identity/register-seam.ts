import type { IdentifierType } from '@kinga/shared/exclusions/identifier.ts';
import type { Crypto } from '../../platform/crypto/crypto.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { isStrong } from '../identifiers/index.ts';
import type { AccountKey } from './accounts.ts';

/** An identifier as the register keeps it: found by its key, read only by who may open the seal. */
export interface SealedIdentifier {
  readonly type: IdentifierType;
  readonly strong: boolean;
  readonly key: Buffer;
  readonly hex: string;
  readonly original: Buffer;
}

/** What the register of exclusions is told, and asked, about the people behind accounts; hub.ts ties the knot. */
export interface RegisterSeam {
  /**
   * In the transaction of every change of what an account is known by: somebody excluded stays so under a new
   * phone or a new name. `told` comes after the commit and before the answer.
   */
  identityChanged(
    tx: Tx,
    change: {
      readonly accountKeys: readonly AccountKey[];
      readonly added: readonly SealedIdentifier[];
      readonly called?: { readonly name?: string | undefined; readonly dateOfBirth?: string | undefined };
    },
  ): Promise<{ readonly excluded: boolean; readonly told: () => Promise<void> }>;
  /** Is anybody known by one of these keys excluded? */
  isExcluded(tx: Tx, keys: readonly Buffer[]): Promise<boolean>;
  /** Under which ids the audit speaks of the people known by these keys. */
  recordsOf(tx: Tx, keys: readonly Buffer[]): Promise<string[]>;
}

/** Where there is no register, there is nobody in it. */
export const NO_REGISTER: RegisterSeam = {
  identityChanged: async () => ({ excluded: false, told: async () => {} }),
  isExcluded: async () => false,
  recordsOf: async () => [],
};

export function sealedIdentifier(
  crypto: Crypto,
  { type, canonical, key }: { type: IdentifierType; canonical: string; key: Buffer },
): SealedIdentifier {
  return { type, strong: isStrong(type), key, hex: key.toString('hex'), original: crypto.seal(canonical) };
}
