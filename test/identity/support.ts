import { createIdentity, type Identity, type RegisterSeam } from '@kinga/server/domains/identity/index.ts';
import type { AccountActor } from '@kinga/server/platform/call/actor.ts';
import { createRevocations, type Revocations } from '@kinga/server/platform/revocations/revocations.ts';
import type { Role } from '@kinga/shared/contract/procedure.ts';
import type { MadeAccount } from '@kinga/shared/identity/contract.ts';
import { callBy } from '../support/call.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestPlatform, type TestPlatform, type TestPlatformOptions } from '../support/platform.ts';

export const PASSWORD = 'nywila ndefu ya siri';

export interface IdentityNode extends AsyncDisposable {
  readonly platform: TestPlatform;
  readonly revocations: Revocations;
  readonly identity: Identity;
}

/** One node's identity, its revocation tail running. */
export async function startIdentityNode(
  database: TestDatabase,
  options: TestPlatformOptions & { register?: RegisterSeam } = {},
): Promise<IdentityNode> {
  const { register } = options;
  const platform = await createTestPlatform(database, options);
  const revocations = createRevocations(platform);
  await revocations.start?.();
  return {
    platform,
    revocations,
    identity: createIdentity(platform, { revocations, ...(register ? { register: () => register } : {}) }),
    [Symbol.asyncDispose]: async () => {
      await revocations.stop?.();
      await platform[Symbol.asyncDispose]();
    },
  };
}

export async function startIdentity(options: TestPlatformOptions & { register?: RegisterSeam } = {}) {
  const database = await createTestDatabase();
  const node = await startIdentityNode(database, options);
  return {
    ...node,
    database,
    [Symbol.asyncDispose]: async () => {
      await node[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

let accounts = 0;

export function newAccount(identity: Identity, role: Role = 'bettor'): Promise<MadeAccount> {
  return identity.createAccount(
    { email: `account${++accounts}@example.co.ke`, password: PASSWORD, role },
    { actor: 'system' },
  );
}

export function login(identity: Identity, email: string, password = PASSWORD) {
  return identity.domain.handlers.login({ email, password }, callBy());
}

export async function signIn(identity: Identity, role: Role = 'bettor') {
  const account = await newAccount(identity, role);
  const session = await login(identity, account.email);
  const actor: AccountActor = await identity.authenticateToken(session.accessToken);
  return { account, session, actor };
}
