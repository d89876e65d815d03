import { hash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from '@kinga/server/platform/lifecycle/free-port.ts';
import { exportJWK, generateKeyPair } from 'jose';
import { type Adapter, type AdapterPayload, Provider } from 'oidc-provider';
import { startTestHub, type TestHub, type TestHubOptions } from '../support/hub.ts';

/** Somebody with an account at the provider. */
export interface Elsewhere {
  readonly subject: string;
  readonly email?: string;
  readonly emailVerified?: boolean;
}

export interface TestProvider extends AsyncDisposable {
  /** What a hub is told about it. */
  readonly env: Readonly<Record<string, string>>;
  /** Where it sends people back to. */
  readonly hubPort: number;
  /** Who is in front of the browser from now on. */
  present(person: Elsewhere): void;
}

/** A real OpenID Connect provider that asks for no password: whoever is in front of the browser is signed in. */
export async function startProvider(): Promise<TestProvider> {
  const hubPort = await freePort();
  const redirectUrl = `http://localhost:${hubPort}/api/auth/oidc/callback`;
  const clientSecret = randomBytes(24).toString('base64url');
  const people = new Map<string, Elsewhere>();
  let inFront: Elsewhere | undefined;
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const provider = new Provider(issuer, {
    adapter: inMemory(),
    clients: [
      {
        client_id: 'kinga',
        client_secret: clientSecret,
        redirect_uris: [redirectUrl],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), use: 'sig', alg: 'RS256' }] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 60, IdToken: 60, Interaction: 60, Session: 60 },
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: () => {
        const { email, emailVerified = true } = people.get(sub) ?? {};
        return { sub, ...(email === undefined ? {} : { email, email_verified: emailVerified }) };
      },
    }),
    async loadExistingGrant({ oidc }) {
      const clientId = oidc.client?.clientId ?? '';
      const grant = new oidc.provider.Grant({ clientId, accountId: oidc.session?.accountId ?? '' });
      grant.addOIDCScope('openid email');
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return void answer(request, response);
    const result = inFront ? { login: { accountId: inFront.subject } } : { error: 'access_denied' };
    void provider.interactionFinished(request, response, result);
  });
  return {
    hubPort,
    env: {
      OIDC_ISSUER: issuer,
      OIDC_CLIENT_ID: 'kinga',
      OIDC_CLIENT_SECRET: clientSecret,
      OIDC_REDIRECT_URL: redirectUrl,
    },
    present(person) {
      people.set(person.subject, person);
      inFront = person;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What one provider remembers: not shared with that of another test. */
function inMemory(): (model: string) => Adapter {
  const stored = new Map<string, AdapterPayload>();
  return (model) => {
    const keyOf = (id: string) => `${model}:${id}`;
    return {
      upsert: async (id, payload) => void stored.set(keyOf(id), payload),
      find: async (id) => stored.get(keyOf(id)),
      findByUid: async (uid) => [...stored.values()].find((payload) => payload.uid === uid),
      findByUserCode: async () => undefined,
      consume: async (id) => {
        const payload = stored.get(keyOf(id));
        if (payload) payload.consumed = Math.floor(Date.now() / 1000);
      },
      destroy: async (id) => void stored.delete(keyOf(id)),
      revokeByGrantId: async (grantId) => {
        for (const [key, payload] of stored) if (payload.grantId === grantId) stored.delete(key);
      },
    };
  };
}

/** The hub the provider sends people back to. */
export function startHubBehind(provider: TestProvider, options: TestHubOptions = {}): Promise<TestHub> {
  return startTestHub({
    ...options,
    env: { ...provider.env, ...options.env, PORT: String(provider.hubPort) },
  });
}

/** Follows redirects with its own cookies, as a browser does, up to a page of a hub. */
export class Browser {
  readonly #cookies = new Map<string, string>();

  /** What the page keeps until it comes back. */
  readonly verifier = randomBytes(32).toString('base64url');

  startAt(hub: TestHub): URL {
    return new URL(`${hub.url}/api/auth/oidc/start?challenge=${hash('sha256', this.verifier, 'base64url')}`);
  }

  /** What stands behind the # in the address it ends at. */
  async signIn(hub: TestHub): Promise<URLSearchParams> {
    return await this.follow(this.startAt(hub).href);
  }

  async follow(start: string): Promise<URLSearchParams> {
    let url = new URL(start);
    for (let hops = 0; hops < 12; hops++) {
      if (url.hash !== '') return new URLSearchParams(url.hash.slice(1));
      url = new URL(await this.step(url), url);
    }
    throw new Error('redirected too often');
  }

  /** Where one request leads. */
  async step(url: URL): Promise<string> {
    const cookie = [...this.#cookies.entries()].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: cookie === '' ? {} : { cookie } });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    const location = response.headers.get('location');
    if (location === null)
      throw new Error(`${url.pathname} answered ${response.status}: ${await response.text()}`);
    return location;
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split('; ');
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    const isGone = value === '' || attributes.some((attribute) => /^expires=.*1970/i.test(attribute));
    if (isGone) this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }
}
