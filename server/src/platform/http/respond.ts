import { type Ack, httpStatusOf, type KingaError } from '@kinga/shared/contract/errors.ts';
import type { Response } from 'express';

/** The id a request was given on arrival: in the response's header, in the log and in the error body. */
export function requestIdOf(res: Response): string {
  return String(res.getHeader('X-Request-Id'));
}

/** The same body as on a socket, under the status its code stands for. */
export function sendAck(res: Response, ack: Ack): void {
  if (res.headersSent || res.destroyed) return;
  res.setHeader('Cache-Control', 'no-store');
  // A kept connection would hold up a node that stops.
  if (res.app.locals.isDraining?.()) res.setHeader('Connection', 'close');
  if (!ack.ok) {
    res.status(httpStatusOf(ack.error.code));
    if (ack.error.code === 'UNAUTHENTICATED') res.setHeader('WWW-Authenticate', 'Bearer');
    if (ack.error.retryAfterMs !== undefined) {
      res.setHeader('Retry-After', String(Math.ceil(ack.error.retryAfterMs / 1000)));
    }
  }
  res.type('application/json').send(JSON.stringify(ack));
}

export function sendError(res: Response, error: Pick<KingaError, 'code' | 'message'>): void {
  const { code, message } = error;
  sendAck(res, { ok: false, error: { code, message, requestId: requestIdOf(res) } });
}

/** Express and its parsers mark what the client got wrong, e.g. a path that is not properly encoded. */
export function isClientFault(error: unknown): boolean {
  return (
    error instanceof Error && 'status' in error && Number(error.status) >= 400 && Number(error.status) < 500
  );
}
