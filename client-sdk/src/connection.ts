import { type Bye, type Hello, PROTOCOL } from '@kinga/shared/contract/wire.ts';
import { backoffMs } from './backoff.ts';
import { Credentials } from './credentials.ts';
import { HubError, isPermanent } from './errors.ts';
import { Link, type LinkListener } from './link.ts';
import type { ConnectOptions, HubState } from './types.ts';

/** A link that held this long was a good one: the next wait starts small again. */
const STABLE_MS = 5_000;

export interface ConnectionListener extends Omit<LinkListener, 'up' | 'down'> {
  up(link: Link, hello: Hello): void;
  down(error: HubError): void;
  state(state: HubState, error: HubError | undefined): void;
}

/**
 * Keeps one link alive: connecting -> connected -> reconnecting -> connected ... -> closed. Waits between
 * attempts as the hub asked (`bye`, a refused handshake) or with growing jitter; stops for good when the
 * credentials themselves are refused.
 */
export class Connection {
  readonly #options: ConnectOptions;
  readonly #listener: ConnectionListener;
  readonly credentials: Credentials;
  #state: HubState = 'connecting';
  #link: Link | undefined;
  #attempt = 0;
  #upSince = 0;
  #askedMs: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  hello: Hello | undefined;
  /** Why it is closed, or why the last attempt failed. */
  lastError: HubError | undefined;

  constructor(options: ConnectOptions, listener: ConnectionListener) {
    this.#options = options;
    this.#listener = listener;
    this.credentials = new Credentials(options);
  }

  get state(): HubState {
    return this.#state;
  }

  open(): void {
    void this.#connect();
  }

  close(error: HubError): void {
    if (this.#state === 'closed') return;
    clearTimeout(this.#timer);
    this.credentials.stop();
    this.#link?.close();
    this.#link = undefined;
    this.#become('closed', error);
  }

  async #connect(): Promise<void> {
    try {
      const auth = await this.credentials.auth();
      if (this.#state === 'closed') return;
      const { connectDeadlineMs, url } = this.#options;
      const link = new Link(url, { auth, timeoutMs: connectDeadlineMs ?? 10_000, listener: this.#hear() });
      this.#link = link;
    } catch (error) {
      if (this.#state === 'closed') return;
      this.#down(
        error instanceof HubError
          ? error
          : new HubError('UNAVAILABLE', 'No access token could be had', { cause: error }),
      );
    }
  }

  #hear(): LinkListener {
    const { event, reset, heartbeat } = this.#listener;
    return {
      up: (hello) => this.#up(hello),
      down: (error) => this.#down(error),
      bye: (bye: Bye) => {
        this.#askedMs = bye.retryAfterMs;
        this.#listener.bye(bye);
      },
      event,
      reset,
      heartbeat,
    };
  }

  #up(hello: Hello): void {
    const link = this.#link;
    if (link === undefined) return;
    if (hello.protocol !== PROTOCOL) {
      const message = `The hub speaks protocol ${hello.protocol}, this SDK ${PROTOCOL}`;
      this.close(new HubError('UNSUPPORTED_PROTOCOL', message));
      return;
    }
    this.hello = hello;
    this.lastError = undefined;
    this.#upSince = performance.now();
    this.#become('connected', undefined);
    this.#listener.up(link, hello);
  }

  #down(error: HubError): void {
    this.credentials.stop();
    const wasUp = this.#state === 'connected';
    this.#link = undefined;
    this.lastError = error;
    const expiredButRenewable = error.code === 'EXPIRED' && this.credentials.renewable;
    if (isPermanent(error.code) && !expiredButRenewable) {
      this.close(error);
      return;
    }
    if (wasUp && performance.now() - this.#upSince >= STABLE_MS) this.#attempt = 0;
    const { minMs = 200, maxMs = 10_000 } = this.#options.reconnect ?? {};
    const askedMs = error.retryAfterMs ?? this.#askedMs;
    this.#askedMs = undefined;
    this.#timer = setTimeout(() => void this.#connect(), backoffMs(this.#attempt, { minMs, maxMs, askedMs }));
    this.#attempt += 1;
    if (wasUp) {
      this.#become('reconnecting', error);
      this.#listener.down(error);
    }
  }

  #become(state: HubState, error: HubError | undefined): void {
    this.#state = state;
    if (error !== undefined) this.lastError = error;
    this.#listener.state(state, error);
  }
}
