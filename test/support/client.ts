import type { Ack, ErrorBody } from '@kinga/shared/contract/errors.ts';
import type { OutputOf } from '@kinga/shared/contract/procedure.ts';
import type { CallMeta, Hello } from '@kinga/shared/contract/wire.ts';
import type { Contract } from '@kinga/shared/contract.ts';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';

const CALL_MS_MAX = 15_000;

type AnyProcedure = { [D in keyof Contract]: Contract[D][keyof Contract[D]] }[keyof Contract];
export type ProcedureName = AnyProcedure['name'];
export type AnswerOf<TName extends string> = TName extends ProcedureName
  ? OutputOf<Extract<AnyProcedure, { name: TName }>>
  : unknown;

export interface Credentials {
  readonly token?: string;
  readonly apiKey?: string;
}

export interface HttpOptions extends Credentials {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is instead of the input as JSON. */
  readonly rawBody?: string;
}

export interface HttpAnswer<TData> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Ack<TData>;
}

/** A client that knows nothing but the wire: plain Socket.IO and plain HTTP. */
export interface WireClient {
  /** A socket that got its hello; rejects with the handshake's `connect_error`. Closed with the hub. */
  connect(credentials?: Credentials, options?: Partial<ManagerOptions & SocketOptions>): Promise<Socket>;
  /** The answer as it came, successful or not; the input is not typed, so that it may be wrong. */
  call<TName extends string>(
    socket: Socket,
    name: TName,
    input?: unknown,
    meta?: CallMeta,
  ): Promise<Ack<AnswerOf<TName>>>;
  http<TName extends string>(
    name: TName,
    input?: unknown,
    options?: HttpOptions,
  ): Promise<HttpAnswer<AnswerOf<TName>>>;
  closeAll(): void;
}

const hellos = new WeakMap<Socket, Hello>();

/** What the hub said first on a socket made by `connect`. */
export function helloOf(socket: Socket): Hello {
  const hello = hellos.get(socket);
  if (!hello) throw new Error('this socket has had no hello');
  return hello;
}

/** The data of a successful answer; anything else fails the test with the error's words. */
export function ok<TData>(ack: Ack<TData>): TData {
  if (ack.ok) return ack.data;
  throw new Error(`${ack.error.code}: ${ack.error.message} ${JSON.stringify(ack.error.details ?? '')}`);
}

/** The error of a refused call. */
export function refused(ack: Ack<unknown>): ErrorBody {
  if (!ack.ok) return ack.error;
  throw new Error(`expected a refusal, got ${JSON.stringify(ack.data)}`);
}

export function createWireClient(url: string): WireClient {
  const sockets = new Set<Socket>();
  return {
    connect: (credentials = {}, options = {}) => {
      const socket = io(url, {
        transports: ['websocket'],
        forceNew: true,
        reconnection: false,
        auth: credentials,
        ...options,
      });
      sockets.add(socket);
      return new Promise((resolve, reject) => {
        socket.once('hello', (hello: Hello) => {
          hellos.set(socket, hello);
          resolve(socket);
        });
        socket.once('connect_error', reject);
      });
    },
    call: (socket, name, input = {}, meta) =>
      socket.timeout(CALL_MS_MAX).emitWithAck(name, input, ...(meta ? [meta] : [])),
    http: async (name, input = {}, options = {}) => {
      const { token, apiKey, headers, rawBody } = options;
      const response = await fetch(`${url}/api/v1/${name}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(apiKey ? { 'x-api-key': apiKey } : {}),
          ...headers,
        },
        body: rawBody ?? JSON.stringify(input),
        signal: AbortSignal.timeout(CALL_MS_MAX),
      });
      const body = (await response.json()) as Ack<AnswerOf<typeof name>>;
      return { status: response.status, headers: response.headers, body };
    },
    closeAll: () => {
      for (const socket of sockets) socket.disconnect();
      sockets.clear();
    },
  };
}
