import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { KingaError } from '@kinga/shared/contract/errors.ts';
import { SIGNATURE_HEADERS } from '@kinga/shared/contract/signature.ts';
import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import { type Actor, ANONYMOUS, actorName } from '../call/actor.ts';
import type { Authenticate, RequestProof } from '../call/authenticator.ts';
import type { Caller } from '../call/caller.ts';
import type { Dispatcher } from '../call/dispatcher.ts';
import { invalidDetails } from '../call/input.ts';
import { credentialsOf, proofOf } from '../socket/handshake.ts';
import { type AddressList, type ClientAddress, clientAddress } from './addresses.ts';
import { isClientFault, requestIdOf, sendAck, sendError } from './respond.ts';

export interface MirrorParts {
  readonly dispatcher: Dispatcher;
  readonly authenticate: Authenticate;
  readonly trusted: AddressList;
  readonly warnAboutProxy: (client: ClientAddress) => void;
  readonly messageBytes: number;
}

/** `POST /api/v1/<procedure>`: the same dispatcher, the same body as the ack. */
export function mountMirror(app: Express, parts: MirrorParts): void {
  const readJson = express.json({
    limit: parts.messageBytes,
    strict: false,
    type: 'application/json',
    verify: keepIfSigned,
  });
  app.post('/api/v1/:procedure', async (req, res) => {
    const client = clientOf(req, parts.trusted);
    let caller = callerFor(ANONYMOUS, client);
    parts.warnAboutProxy(client);
    let refusal: Error | undefined;
    try {
      // A signature speaks of the body: it is read first, and complained about after who sent it.
      const early = isSigned(req) ? await faultOf(readBody(req, res, readJson)) : undefined;
      caller = callerFor(await identify(req, parts.authenticate, client), client);
      if (early !== undefined) throw early;
      if (!isSigned(req)) await readBody(req, res, readJson);
    } catch (error) {
      refusal = error instanceof Error ? error : new Error('not an error');
    }
    if (res.destroyed) return;
    const request = {
      procedure: req.params.procedure,
      input: req.body as unknown,
      meta: metaOf(req),
      requestId: requestIdOf(res),
      refusal,
    };
    parts.dispatcher.call(caller, request, (ack) => sendAck(res, ack));
  });
  app.all('/api/v1{/*rest}', (_req, res) => {
    res.setHeader('Allow', 'POST');
    sendError(res, new KingaError('NOT_FOUND', 'Call a procedure with POST /api/v1/<procedure>'));
  });
}

export function clientOf(req: Request, trusted: AddressList): ClientAddress {
  return clientAddress(req.socket.remoteAddress, req.headers['x-forwarded-for'], trusted);
}

function callerFor(actor: Actor, client: ClientAddress): Caller {
  return {
    actor,
    name: actorName(actor),
    address: client.address,
    addressKey: client.key,
    unanswered: 0,
    rearm: undefined,
    watcher: undefined,
  };
}

async function identify(
  req: Request,
  authenticate: Authenticate,
  { address, key: addressKey }: ClientAddress,
): Promise<Actor> {
  const { authorization } = req.headers;
  const token = authorization === undefined ? undefined : /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  if (authorization !== undefined && token === undefined) {
    throw new KingaError('UNAUTHENTICATED', 'Authorization must be "Bearer <token>"');
  }
  const credentials = credentialsOf({ token, apiKey: req.headers['x-api-key'] });
  if (credentials === undefined) return ANONYMOUS;
  const proof = isSigned(req) ? proofOfRequest(req) : undefined;
  return authenticate({ ...credentials, address, addressKey, proof });
}

const signedBodies = new WeakMap<IncomingMessage, Buffer>();

function isSigned(req: IncomingMessage): boolean {
  return req.headers[SIGNATURE_HEADERS.signature] !== undefined;
}

function keepIfSigned(req: IncomingMessage, _res: unknown, body: Buffer): void {
  if (isSigned(req)) signedBodies.set(req, body);
}

function proofOfRequest(req: Request): RequestProof | undefined {
  const given = {
    timestamp: req.headers[SIGNATURE_HEADERS.timestamp],
    nonce: req.headers[SIGNATURE_HEADERS.nonce],
    signature: req.headers[SIGNATURE_HEADERS.signature],
  };
  const bodyDigest = () => hash('sha256', signedBodies.get(req) ?? '');
  return proofOf(given, { method: req.method, path: req.originalUrl, bodyDigest });
}

async function faultOf(work: Promise<void>): Promise<Error | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error('not an error');
  }
}

async function readBody(req: Request, res: Response, readJson: RequestHandler): Promise<void> {
  const hasBody = req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length']) > 0;
  if (hasBody && !req.is('application/json')) {
    throw invalidDetails([{ path: 'Content-Type', message: 'expected application/json' }]);
  }
  const error = await new Promise<unknown>((resolve) => {
    void readJson(req, res, resolve);
  });
  if (error !== undefined) throw bodyError(error);
}

function bodyError(error: unknown): Error {
  const type = error instanceof Error && 'type' in error ? error.type : undefined;
  if (type === 'entity.too.large') return new KingaError('PAYLOAD_TOO_LARGE', 'The body is too large');
  if (type === 'entity.parse.failed') return invalidDetails([{ path: 'body', message: 'not JSON' }]);
  if (isClientFault(error)) return invalidDetails([{ path: 'body', message: 'cannot be read' }]);
  return error instanceof Error ? error : new Error('not an error');
}

/** Headers that are absent are left out: whatever is there is judged like the meta argument of a socket call. */
function metaOf(req: Request): Record<string, unknown> | undefined {
  const idempotencyKey = req.headers['idempotency-key'];
  const deadline = req.headers['x-deadline-ms'];
  if (idempotencyKey === undefined && deadline === undefined) return undefined;
  return {
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(deadline === undefined ? {} : { deadlineMs: Number(deadline) }),
  };
}
