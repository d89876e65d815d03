import { hash } from 'node:crypto';
import { KingaError } from '@kinga/shared/contract/errors.ts';
import { SIGNED_HANDSHAKE } from '@kinga/shared/contract/signature.ts';
import type { Server, Socket } from 'socket.io';
import { type Actor, ANONYMOUS } from '../call/actor.ts';
import type { Admission } from '../call/admission.ts';
import type { Authenticate, Credentials, RequestProof } from '../call/authenticator.ts';
import { failureOf, loggable } from '../call/failure.ts';
import type { Platform } from '../context.ts';
import { type AddressList, type ClientAddress, clientAddress } from '../http/addresses.ts';

export interface Admitted {
  readonly actor: Actor;
  readonly client: ClientAddress;
}

export interface HandshakeParts {
  readonly platform: Platform;
  readonly admission: Admission;
  readonly authenticate: Authenticate;
  readonly trusted: AddressList;
  readonly warnAboutProxy: (client: ClientAddress) => void;
  readonly isDraining: () => boolean;
}

/** Decides before the connection exists: a bad handshake is a coded `connect_error`, never connect-then-close. */
export function guardHandshakes(io: Server, parts: HandshakeParts): (socket: Socket) => Admitted | undefined {
  const admitted = new WeakMap<Socket, Admitted>();
  // Socket.IO itself would make a socket of each CONNECT that comes before the first is answered.
  const taken = new WeakSet<Socket['conn']>();
  const refused = parts.platform.metrics.counter(
    'kinga_handshakes_refused_total',
    'Handshakes that ended in a connect_error, by code',
    ['code'],
  );
  io.use((socket, next) => {
    const { conn } = socket;
    const isFirst = !taken.has(conn);
    taken.add(conn);
    const admission = isFirst ? admit(socket, parts) : Promise.reject(secondSocket());
    admission.then(
      (result) => {
        admitted.set(socket, result);
        socket.once('disconnect', () => taken.delete(conn));
        next();
      },
      (error: unknown) => {
        if (isFirst) taken.delete(conn);
        const { body, hidden } = failureOf(error, socket.id, undefined);
        refused.inc({ code: body.code });
        if (hidden !== undefined) {
          parts.platform.log.error({ code: body.code, error: loggable(hidden) }, 'handshake failed');
        }
        const { code, message, retryAfterMs } = body;
        const data = { code, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
        next(Object.assign(new Error(message), { data }));
      },
    );
  });
  return (socket) => admitted.get(socket);
}

function secondSocket(): KingaError {
  return new KingaError('CONFLICT', 'This connection has a socket already, or is about to');
}

async function admit(socket: Socket, parts: HandshakeParts): Promise<Admitted> {
  const { request } = socket.conn;
  const client = clientAddress(
    request.socket.remoteAddress,
    request.headers['x-forwarded-for'],
    parts.trusted,
  );
  parts.warnAboutProxy(client);
  if (parts.isDraining()) {
    throw new KingaError('UNAVAILABLE', 'This node is stopping', { retryAfterMs: 1_000 });
  }
  parts.admission.connection(client.key, performance.now());
  const credentials = credentialsOf(socket.handshake.auth);
  if (credentials === undefined) return { actor: ANONYMOUS, client };
  const proof = proofOf(socket.handshake.auth, { ...SIGNED_HANDSHAKE, bodyDigest: () => EMPTY_DIGEST });
  const { address, key: addressKey } = client;
  return { actor: await parts.authenticate({ ...credentials, address, addressKey, proof }), client };
}

const EMPTY_DIGEST = hash('sha256', '');

/** Undefined: not signed. Whether it has to be, and whether the signature is good, is asked elsewhere. */
export function proofOf(
  given: unknown,
  request: Pick<RequestProof, 'method' | 'path' | 'bodyDigest'>,
): RequestProof | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const [timestamp, nonce, signature] = ['timestamp', 'nonce', 'signature'].map((name) => {
    const value: unknown = Reflect.get(given, name);
    return typeof value === 'string' ? value : undefined;
  });
  if (timestamp === undefined || nonce === undefined || signature === undefined) return undefined;
  return { timestamp, nonce, signature, ...request };
}

/** Undefined: none were given. Anything that was meant as a credential and is none fails. */
export function credentialsOf(auth: unknown): Credentials | undefined {
  const given = typeof auth === 'object' && auth !== null ? auth : {};
  const token: unknown = Reflect.get(given, 'token') ?? undefined;
  const apiKey: unknown = Reflect.get(given, 'apiKey') ?? undefined;
  if (token === undefined && apiKey === undefined) return undefined;
  if (token !== undefined && apiKey !== undefined) {
    throw new KingaError('UNAUTHENTICATED', 'Give a token or an API key, not both');
  }
  const value = token ?? apiKey;
  if (typeof value !== 'string' || value === '') {
    throw new KingaError('UNAUTHENTICATED', 'Credentials must be text');
  }
  return token === undefined ? { apiKey: value } : { token: value };
}
