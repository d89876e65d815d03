import type { ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import { identity as contract, type identity, type MadeAccount } from '@kinga/shared/identity/contract.ts';
import type { Domain } from '../../domain.ts';
import { type AccountActor, mayAccess } from '../../platform/call/actor.ts';
import type { By } from '../../platform/call/by.ts';
import type { Grants } from '../../platform/call/grants.ts';
import type { Platform } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { AddressList, clientAddress } from '../../platform/http/addresses.ts';
import type { Revocations } from '../../platform/revocations/revocations.ts';
import { malformedIdentifiers } from '../identifiers/index.ts';
import { type AccountKey, accountKeys, accountsOfKeys, administratorExists } from './accounts.ts';
import { LoginAttempts } from './attempts.ts';
import { NewAccounts } from './new-accounts.ts';
import { OidcCodes } from './oidc/codes.ts';
import { OidcSignIn } from './oidc/oidc.ts';
import { mountOidc } from './oidc/routes.ts';
import type { OwnParts } from './parts.ts';
import { createPasswords } from './password.ts';
import { KnownGrants } from './permissions/known-grants.ts';
import { Permissions } from './permissions/permissions.ts';
import { NO_REGISTER, type RegisterSeam } from './register-seam.ts';
import { createRegistration } from './registration/index.ts';
import { createSecondFactors } from './second-factors/index.ts';
import { IdentityService } from './service.ts';
import { OwnSessions } from './sessions/own-sessions.ts';
import { AccountHistory } from './sign-in-history/account-history.ts';
import { SignIns } from './sign-in-history/sign-ins.ts';
import { resetFactors } from './staff/reset-factors.ts';
import { setRole } from './staff/set-role.ts';
import { Staff } from './staff/staff.ts';
import { createAccessTokens } from './tokens.ts';
import {
  malformedContact,
  malformedNationalId,
  malformedOwn,
  malformedPhone,
  malformedSearched,
} from './verification/contact.ts';

export { type AccountKey, accountsOfKeys } from './accounts.ts';
export { type Birth, birthOf } from './birth.ts';
export type { RegisterSeam } from './register-seam.ts';

export interface Identity {
  readonly domain: Domain<typeof identity>;
  /** Who stands behind an access token; UNAUTHENTICATED when it is bad, expired or its session revoked. */
  authenticateToken(token: string): Promise<AccountActor>;
  createAccount(input: ParsedInputOf<typeof identity.createAccount>, by: By): Promise<MadeAccount>;
  /** Creates the administrator of ADMIN_EMAIL when there is none at all; else changes nothing. */
  ensureAdministrator(): Promise<void>;
  /** For readiness: true when there is one, or none is configured. */
  administratorExists(): Promise<boolean>;
  /** False: nobody can sign in, or make anybody who could. */
  hasAnyAdministrator(): Promise<boolean>;
  accountKeys(tx: Tx, accountId: string): Promise<AccountKey[]>;
  accountsOfKeys(tx: Tx, keys: readonly Buffer[]): Promise<string[]>;
  /** What is granted to staff beyond the contract. */
  readonly grants: Grants & { onLess(listener: () => void): void };
}

export interface IdentityDeps {
  readonly revocations: Revocations;
  /** Absent: there is no register beside it. */
  register?(): RegisterSeam;
}

/** Who signs in: accounts, sessions, tokens. */
export function createIdentity(platform: Platform, deps: IdentityDeps): Identity {
  const tokens = createAccessTokens(platform.crypto.secrets);
  const signIns = new SignIns(platform);
  const ownSessions = new OwnSessions(platform, deps.revocations);
  const grants = new KnownGrants(platform);
  const permissions = new Permissions(platform, grants);
  const staff = new Staff(platform, deps.revocations);
  const parts = ownParts(platform, deps);
  const newAccounts = new NewAccounts(parts);
  const history = new AccountHistory(platform, {
    ...parts,
    mayReadAccounts: (actor) => mayAccess(contract.getAccount, actor, grants),
  });
  const secondFactors = createSecondFactors(parts, {
    signIns,
    signIn: (prove, how, call) => service.signIn(prove, how, call),
  });
  const registration = createRegistration(parts);
  const service: IdentityService = new IdentityService({
    ...parts,
    tokens,
    signIns,
    proofs: secondFactors.proofs,
  });
  const oidcCodes = new OidcCodes(platform);
  const oidc = new OidcSignIn({ ...parts, codes: oidcCodes, service, proofs: secondFactors.proofs });
  let seenAdministrator = platform.config.admin === undefined;
  return {
    domain: {
      name: 'identity',
      handlers: {
        login: (input, call) => service.login(input, call),
        refresh: (input, call) => service.refresh(input.refreshToken, call),
        renew: (input, call) => service.renew(input.accessToken, call),
        logout: async (_input, call) => {
          await service.logout(call);
          return {};
        },
        me: (_input, call) => service.me(call),
        createAccount: (input, call) => newAccounts.createByCall(input, call),
        ...registration.handlers,
        ...secondFactors.handlers,
        signInWays: async () => ({ provider: platform.config.oidc !== undefined }),
        exchangeOidcCode: (input, call) => oidc.exchange(input, call),
        linkOidc: (input, call) => oidc.link(input, call),
        unlinkOidc: (_input, call) => oidc.unlink(call),
        listSessions: (input, call) => ownSessions.list(input.cursor, call),
        revokeSession: (input, call) => ownSessions.revoke(input.sessionId, call),
        revokeOtherSessions: (_input, call) => ownSessions.revokeOthers(call),
        revokeSessionsOf: (input, call) => ownSessions.revokeAll(input, call),
        listDevices: (input, call) => ownSessions.devices(input.cursor, call),
        trustDevice: (input, call) => ownSessions.trust(input.deviceId, call),
        forgetDevice: (input, call) => ownSessions.forget(input.deviceId, call),
        loginHistory: (input, call) => history.signIns(input, call),
        activity: (input, call) => history.activity(input, call),
        permissions: () => permissions.table(),
        granted: (_input, call) => permissions.granted(call),
        grantPermission: (input, call) => permissions.grant(input, call),
        revokePermission: (input, call) => permissions.revoke(input, call),
        searchAccounts: (input, call) => staff.search(input, call),
        getAccount: (input, call) => staff.get(input.accountId, call),
        suspendAccount: (input, call) => staff.suspend(input, call),
        reinstateAccount: (input, call) => staff.reinstate(input.accountId, call),
        setRole: (input, call) => setRole(parts, input, call),
        resetFactors: (input, call) => resetFactors(parts, input, call),
      },
      alsoMalformed: {
        createAccount: malformedIdentifiers,
        login: malformedPhone,
        register: malformedPhone,
        requestPasswordReset: malformedPhone,
        requestCode: malformedContact,
        removeIdentifier: malformedOwn,
        verifyNationalId: malformedNationalId,
        searchAccounts: malformedSearched,
      },
      services: [signIns, grants],
      routes(app) {
        app.get('/.well-known/jwks.json', (_request, response) => {
          response.set('Cache-Control', 'public, max-age=300').json(tokens.jwks);
        });
        mountOidc(app, platform, oidcCodes);
      },
    },
    authenticateToken: (token) => service.authenticate(token),
    createAccount: (input, by) => newAccounts.create(input, by),
    ensureAdministrator: () => newAccounts.ensureAdministrator(),
    async administratorExists() {
      seenAdministrator ||= await administratorExists(platform.db);
      return seenAdministrator;
    },
    hasAnyAdministrator: () => administratorExists(platform.db),
    accountKeys,
    accountsOfKeys,
    grants,
  };
}

function ownParts(platform: Platform, deps: IdentityDeps): OwnParts {
  const proxies = new AddressList('TRUSTED_PROXIES', platform.config.trustedProxies);
  const addressKey = (address: string) => clientAddress(address, undefined, proxies).key;
  return {
    platform,
    revocations: deps.revocations,
    passwords: createPasswords(),
    attempts: new LoginAttempts(addressKey),
    addressKey,
    register: deps.register ?? (() => NO_REGISTER),
  };
}
