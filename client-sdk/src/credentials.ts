import { HubError } from './errors.ts';
import type { Auth } from './link.ts';
import { type SigningKey, signHandshake } from './sign.ts';
import type { ConnectOptions, TokenSource } from './types.ts';

const RENEW_BEFORE_MS = 60_000;
const TIMEOUT_MAX_MS = 2 ** 31 - 1;

/** Who we say we are, and when a token has to be replaced on the live connection. */
export class Credentials {
  readonly #apiKey: string | undefined;
  readonly #signingKey: SigningKey | undefined;
  readonly #source: TokenSource | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #token: string | undefined;

  constructor(options: Pick<ConnectOptions, 'apiKey' | 'token' | 'sign'>) {
    if (options.apiKey !== undefined && options.token !== undefined) {
      throw new HubError('INVALID_INPUT', 'Give an apiKey or a token, not both');
    }
    if (options.sign !== undefined && options.apiKey === undefined) {
      throw new HubError('INVALID_INPUT', 'Only the requests of an apiKey are signed');
    }
    this.#apiKey = options.apiKey;
    this.#signingKey = options.sign;
    this.#source = options.token;
  }

  /** True when a new token can be had after the old one was refused or has expired. */
  get renewable(): boolean {
    return typeof this.#source === 'function';
  }

  /** For one connection attempt; a token function is asked, and a handshake signed, each time. */
  async auth(): Promise<Auth> {
    if (this.#apiKey !== undefined) {
      const proof = this.#signingKey === undefined ? {} : await signHandshake(this.#signingKey);
      return { apiKey: this.#apiKey, ...proof };
    }
    if (this.#source === undefined) return {};
    this.#token = typeof this.#source === 'string' ? this.#source : await this.#source();
    return { token: this.#token };
  }

  /**
   * Keeps a live connection's token fresh until `stop`: a minute before the end (for short ones: after three
   * quarters) a new one is fetched and handed to `renew`. A failure is tried again; if all fail, the hub ends
   * the connection and the reconnect asks for a token as well.
   */
  keepFresh(serverTime: string, renew: (accessToken: string) => Promise<unknown>): void {
    this.stop();
    const source = this.#source;
    if (typeof source !== 'function' || this.#token === undefined) return;
    const expiresAt = expiryOf(this.#token);
    if (expiresAt === undefined) return;
    const leftMs = expiresAt - Date.parse(serverTime);
    const receivedAt = performance.now();
    const serverNow = () => new Date(Date.parse(serverTime) + performance.now() - receivedAt).toISOString();
    this.#timer = setTimeout(
      () => {
        // A source that throws at once fails like one whose promise is rejected.
        Promise.resolve()
          .then(source)
          .then(async (token) => {
            await renew(token);
            this.#token = token;
          })
          .catch(() => undefined)
          .finally(() => {
            if (this.#timer !== undefined) this.keepFresh(serverNow(), renew);
          });
      },
      Math.min(TIMEOUT_MAX_MS, Math.max(1_000, leftMs - Math.min(RENEW_BEFORE_MS, leftMs / 4))),
    );
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

/** The `exp` of a JWT in milliseconds since 1970; read for timing only, never trusted. */
export function expiryOf(token: string): number | undefined {
  try {
    const payload = token.split('.')[1] ?? '';
    const claims: unknown = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
    const seconds = typeof claims === 'object' && claims !== null && 'exp' in claims ? claims.exp : undefined;
    return typeof seconds === 'number' ? seconds * 1_000 : undefined;
  } catch {
    return undefined;
  }
}
