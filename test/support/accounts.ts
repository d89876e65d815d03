import { randomBytes } from 'node:crypto';
import type { Role, Scope } from '@kinga/shared/contract/procedure.ts';
import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import type { Account } from '@kinga/shared/identity/contract.ts';
import { ok, type WireClient } from './client.ts';

export const ADMIN = { email: 'admin@kinga.test', password: 'a long enough password' } as const;
const PASSWORD = 'another long password';

/** Somebody who signed in. */
export interface SignedIn {
  readonly token: string;
  readonly refreshToken: string;
  readonly account: Account;
  readonly email: string;
  readonly password: string;
}

export interface OperatorKey {
  readonly operatorId: string;
  readonly keyId: string;
  readonly apiKey: string;
}

/** People and machines who may do something, made as anyone would make them: through the wire. */
export interface Cast {
  /** The administrator of the configuration; signed in once. */
  admin(): Promise<SignedIn>;
  signIn(email: string, password: string): Promise<SignedIn>;
  account(role: Role, more?: { identifiers?: readonly Identifier[]; operatorId?: string }): Promise<SignedIn>;
  bettor(identifiers?: readonly Identifier[]): Promise<SignedIn>;
  /** A new operator with one key; both scopes unless said otherwise. */
  operatorKey(scopes?: readonly Scope[]): Promise<OperatorKey>;
}

export function createCast(client: WireClient): Cast {
  let signedIn: Promise<SignedIn> | undefined;
  const unique = () => randomBytes(5).toString('hex');

  const signIn = async (email: string, password: string): Promise<SignedIn> => {
    const session = ok((await client.http('identity.login', { email, password })).body);
    const { accessToken: token, refreshToken, account } = session;
    return { token, refreshToken, account, email, password };
  };
  const admin = () => {
    signedIn ??= signIn(ADMIN.email, ADMIN.password);
    return signedIn;
  };
  const account: Cast['account'] = async (role, more = {}) => {
    const { token } = await admin();
    const email = `${role}.${unique()}@kinga.test`;
    const input = { email, password: PASSWORD, role, ...more };
    ok((await client.http('identity.createAccount', input, { token })).body);
    return signIn(email, PASSWORD);
  };
  return {
    admin,
    signIn,
    account,
    bettor: (identifiers) => account('bettor', identifiers ? { identifiers } : {}),
    operatorKey: async (scopes = ['exclusions:lookup', 'exclusions:watch']) => {
      const { token } = await admin();
      const name = `Operator ${unique()}`;
      const operator = { name, licenceNo: `BK ${unique()}`, contactEmail: 'licence@operator.test' };
      const { id } = ok((await client.http('operators.create', operator, { token })).body);
      const request = { operatorId: id, label: 'test', scopes };
      const key = ok((await client.http('operators.issueKey', request, { token })).body);
      return { operatorId: id, ...key };
    },
  };
}
