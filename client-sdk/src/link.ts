import type { Bye, FeedEvent, FeedReset, Heartbeat, Hello } from '@kinga/shared/contract/wire.ts';
import { io, type Socket } from 'socket.io-client';
import { HubError } from './errors.ts';

export interface LinkListener {
  /** The hub has said hello: calls may go. */
  up(hello: Hello): void;
  /** The link is over, after `up` or instead of it; nothing follows. */
  down(error: HubError): void;
  bye(bye: Bye): void;
  event(event: FeedEvent): void;
  reset(reset: FeedReset): void;
  heartbeat(heartbeat: Heartbeat): void;
}

export type Auth = { readonly apiKey: string } | { readonly token: string } | Record<never, never>;

/**
 * The life of one Socket.IO connection, from the attempt to the end. It never reconnects by itself: each
 * attempt is a new link, so that a lost link's buffers and acknowledgements cannot leak into the next one.
 */
export class Link {
  readonly #socket: Socket;
  readonly #listener: LinkListener;
  #ended = false;
  #bye: Bye | undefined;
  readonly #timer: ReturnType<typeof setTimeout>;

  constructor(url: string, options: { auth: Auth; timeoutMs: number; listener: LinkListener }) {
    this.#listener = options.listener;
    this.#socket = io(url, {
      auth: { ...options.auth },
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      timeout: options.timeoutMs,
    });
    this.#timer = setTimeout(
      () => this.#end(new HubError('UNAVAILABLE', 'The hub did not answer in time')),
      options.timeoutMs,
    );
    this.#listen();
  }

  /** Sends a call; `answer` is called at most once, and never after the link went down. */
  send(message: { procedure: string; input: unknown; meta: unknown; answer: (ack: unknown) => void }): void {
    if (message.meta === undefined) this.#socket.emit(message.procedure, message.input, message.answer);
    else this.#socket.emit(message.procedure, message.input, message.meta, message.answer);
  }

  close(): void {
    this.#ended = true;
    this.#release();
  }

  #listen(): void {
    const socket = this.#socket;
    const listener = this.#listener;
    socket.on('hello', (hello: Hello) => {
      clearTimeout(this.#timer);
      listener.up(hello);
    });
    socket.on('event', (event: FeedEvent) => listener.event(event));
    socket.on('heartbeat', (heartbeat: Heartbeat) => listener.heartbeat(heartbeat));
    socket.on('reset', (reset: FeedReset) => listener.reset(reset));
    socket.on('bye', (bye: Bye) => {
      this.#bye = bye;
      listener.bye(bye);
    });
    socket.on('connect_error', (error) => this.#end(refusalOf(error)));
    socket.on('disconnect', (reason) => this.#end(endOf(this.#bye, reason)));
  }

  #end(error: HubError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#release();
    this.#listener.down(error);
  }

  #release(): void {
    clearTimeout(this.#timer);
    this.#socket.off();
    this.#socket.disconnect();
  }
}

/** A refused handshake carries `{ code, message, retryAfterMs? }`; anything else is the network. */
function refusalOf(error: Error & { data?: unknown }): HubError {
  const data = error.data;
  if (typeof data === 'object' && data !== null && 'code' in data && typeof data.code === 'string') {
    const { code, message, retryAfterMs } = data as { code: string; message?: string; retryAfterMs?: number };
    return new HubError(code, message ?? code, { retryAfterMs });
  }
  return new HubError('UNAVAILABLE', `The hub could not be reached: ${error.message}`, { cause: error });
}

function endOf(bye: Bye | undefined, reason: string): HubError {
  if (bye === undefined) return new HubError('UNAVAILABLE', `The connection was lost: ${reason}`);
  const final = bye.code === 'REVOKED' || bye.code === 'EXPIRED';
  return new HubError(final ? bye.code : 'UNAVAILABLE', bye.message, { retryAfterMs: bye.retryAfterMs });
}
