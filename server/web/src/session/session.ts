import { connect, type Hub, HubError } from '@kinga/client-sdk';
import type { Account } from '@kinga/shared/identity/contract.ts';
import { thisDevice } from './device.ts';
import type { SignInBy } from './sign-in-by.ts';

/** Somebody signed in: the connection and who they are. */
export interface Session {
  readonly hub: Hub;
  readonly account: Account;
}

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly account: Account;
}

const KEPT_AS = 'kinga.refresh';
/** An access token lives 15 minutes by the hub's clock; we count by our own, from when it arrived. */
const REUSED_FOR_MS = 13 * 60_000;

/** A call of somebody who has not signed in. */
export async function anonymously<TResult>(work: (hub: Hub) => Promise<TResult>): Promise<TResult> {
  await using anonymous = await connect({ url: location.origin });
  return await work(anonymous);
}

/**
 * Signs in. Rejects with a HubError: `UNAUTHENTICATED` when address or password is wrong,
 * `SECOND_FACTOR_REQUIRED` when it is to be finished by `completeSignIn`.
 */
export async function signIn(by: SignInBy, password: string): Promise<Session> {
  const device = thisDevice();
  return open(await anonymously((hub) => hub.identity.login({ ...by, password, device })));
}

export interface Proof {
  readonly challengeId: string;
  /** The id of a factor, or `recovery`. */
  readonly factor: string;
  readonly code: string;
}

/** The second half of a sign-in. */
export async function completeSignIn(proof: Proof): Promise<Session> {
  const device = thisDevice();
  return open(await anonymously((hub) => hub.identity.completeLogin({ ...proof, device })));
}

/** Signs in with the code that a provider's answer left in the address. */
export async function signInByProvider(answer: { code: string; verifier: string }): Promise<Session> {
  const device = thisDevice();
  return open(await anonymously((hub) => hub.identity.exchangeOidcCode({ ...answer, device })));
}

let restoring: Promise<Session | undefined> | undefined;

/**
 * After a reload: the refresh token of this tab gives a new session, once, because each refresh token is
 * good for a single use. Undefined when there is none or it is no longer good.
 */
export function restore(): Promise<Session | undefined> {
  restoring ??= reopen();
  return restoring;
}

async function reopen(): Promise<Session | undefined> {
  const refreshToken = sessionStorage.getItem(KEPT_AS);
  if (refreshToken === null) return undefined;
  try {
    return await open(await refresh(refreshToken));
  } catch (error) {
    if (error instanceof HubError && !error.retry) sessionStorage.removeItem(KEPT_AS);
    return undefined;
  }
}

export async function signOut(session: Session): Promise<void> {
  sessionStorage.removeItem(KEPT_AS);
  try {
    await session.hub.identity.logout({}, { deadlineMs: 2_000 });
  } catch (error) {
    // The session may be over already, or its answer lost with the socket the hub closes.
    if (!(error instanceof HubError)) throw error;
  } finally {
    await session.hub.close();
  }
}

/** The session was refused for good: nothing of it may be tried again. */
export function forget(): void {
  sessionStorage.removeItem(KEPT_AS);
}

async function open(first: Tokens): Promise<Session> {
  let tokens = keep(first);
  let since = Date.now();
  const token = async () => {
    const ageMs = Date.now() - since;
    if (ageMs < 0 || ageMs > REUSED_FOR_MS) {
      tokens = keep(await refresh(tokens.refreshToken));
      since = Date.now();
    }
    return tokens.accessToken;
  };
  return { hub: await connect({ url: location.origin, token }), account: first.account };
}

function refresh(refreshToken: string): Promise<Tokens> {
  return anonymously((hub) => hub.identity.refresh({ refreshToken }));
}

function keep(tokens: Tokens): Tokens {
  sessionStorage.setItem(KEPT_AS, tokens.refreshToken);
  return tokens;
}
