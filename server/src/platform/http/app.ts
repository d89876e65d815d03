import { join } from 'node:path';
import { KingaError } from '@kinga/shared/contract/errors.ts';
import express, { type ErrorRequestHandler, type Express } from 'express';
import { failureOf, loggable } from '../call/failure.ts';
import type { CallSource } from '../call/running-call.ts';
import { type DocsParts, mountDocs } from './docs/routes.ts';
import { requestIds, securityHeaders } from './headers.ts';
import { type MirrorParts, mountMirror } from './mirror.ts';
import { mountPage } from './page.ts';
import { mountProbes, type ProbeParts } from './probes.ts';
import { isClientFault, requestIdOf, sendAck, sendError } from './respond.ts';

const PAGE_FOLDER = join(import.meta.dirname, '../../../web/dist');

export interface AppParts extends MirrorParts, ProbeParts, DocsParts {
  readonly source: CallSource;
  readonly domains: readonly { routes?(app: Express): void }[];
}

/** Everything a browser, a balancer or a client without a socket may ask of this node. */
export function createApp(parts: AppParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(requestIds(() => parts.source.nextRequestId()));
  app.use(securityHeaders());
  app.locals.isDraining = parts.isDraining;
  mountProbes(app, parts);
  mountDocs(app, parts);
  for (const domain of parts.domains) domain.routes?.(app);
  mountMirror(app, parts);
  mountPage(app, PAGE_FOLDER);
  app.use((_req, res) => sendError(res, new KingaError('NOT_FOUND', 'There is nothing here')));
  app.use(failures(parts.source));
  return app;
}

function failures(source: CallSource): ErrorRequestHandler {
  return (error: unknown, _req, res, _next) => {
    const requestId = requestIdOf(res);
    if (isClientFault(error)) {
      sendError(res, new KingaError('INVALID_INPUT', 'The request cannot be read'));
      return;
    }
    const { body, hidden } = failureOf(error, requestId, undefined);
    if (hidden !== undefined) source.log.error({ requestId, error: loggable(hidden) }, 'request failed');
    sendAck(res, { ok: false, error: body });
  };
}
