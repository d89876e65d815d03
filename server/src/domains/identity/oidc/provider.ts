import * as oidc from 'openid-client';
import type { OidcConfig } from '../../../config.ts';

/** What one sign-in takes along to the provider and back; kept by the browser, sealed. */
export interface Flow {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Who the provider says it is. */
export interface Claims {
  readonly issuer: string;
  readonly subject: string;
  /** Absent: it has none that it has verified. */
  readonly email: string | undefined;
}

const TIMEOUT_S = 5;
const SCOPE = 'openid email';

/** One OpenID Connect provider: authorization code with PKCE, state and nonce. */
export class OidcProvider {
  readonly #config: OidcConfig;
  #discovered: Promise<oidc.Configuration> | undefined;

  constructor(config: OidcConfig) {
    this.#config = config;
  }

  /** Where to send the browser. */
  async begin(): Promise<{ url: URL; flow: Flow }> {
    const configuration = await this.#configuration();
    const flow: Flow = {
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      verifier: oidc.randomPKCECodeVerifier(),
    };
    const url = oidc.buildAuthorizationUrl(configuration, {
      redirect_uri: this.#config.redirectUrl,
      scope: SCOPE,
      state: flow.state,
      nonce: flow.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(flow.verifier),
      code_challenge_method: 'S256',
    });
    return { url, flow };
  }

  /** Verifies what the browser came back with. Throws when anything of it does not fit. */
  async finish(query: string, flow: Flow): Promise<Claims> {
    const configuration = await this.#configuration();
    const url = new URL(this.#config.redirectUrl);
    url.search = query;
    const tokens = await oidc.authorizationCodeGrant(configuration, url, {
      pkceCodeVerifier: flow.verifier,
      expectedState: flow.state,
      expectedNonce: flow.nonce,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (claims === undefined) throw new Error('the provider gave no ID token');
    const said =
      claims.email === undefined && configuration.serverMetadata().userinfo_endpoint !== undefined
        ? await oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub)
        : claims;
    const isVerified = said.email_verified === true && typeof said.email === 'string';
    return { issuer: claims.iss, subject: claims.sub, email: isVerified ? String(said.email) : undefined };
  }

  /** Asked for once; a provider that was away is asked again the next time. */
  #configuration(): Promise<oidc.Configuration> {
    this.#discovered ??= this.#discover().catch((error: unknown) => {
      this.#discovered = undefined;
      throw error;
    });
    return this.#discovered;
  }

  async #discover(): Promise<oidc.Configuration> {
    const { issuer, clientId, clientSecret } = this.#config;
    const server = new URL(issuer);
    // The configuration takes http: for loopback only.
    const execute = server.protocol === 'http:' ? [oidc.allowInsecureRequests] : [];
    return await oidc.discovery(server, clientId, clientSecret, undefined, { execute, timeout: TIMEOUT_S });
  }
}
