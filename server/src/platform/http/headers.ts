import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { DOCS_STYLE_HASH } from './docs/page.ts';

const HOST = /^[\w.-]+(?::\d+)?$|^\[[\da-fA-F:]+\](?::\d+)?$/;
const REQUEST_ID = /^[\w.:-]{1,64}$/;

/** Our own page, its styles and a WebSocket to ourselves; nothing from anywhere else. */
export function securityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        // Scripts may still position what they draw; text from elsewhere cannot bring styles along.
        styleSrc: ["'self'", DOCS_STYLE_HASH],
        imgSrc: ["'self'"],
        fontSrc: ["'self'"],
        connectSrc: ["'self'", ownWebSocket],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
  });
}

/** Not every browser counts a WebSocket to the same host as 'self'. */
function ownWebSocket(req: IncomingMessage): string {
  const { host } = req.headers;
  return host !== undefined && HOST.test(host) ? `ws://${host} wss://${host}` : "'self'";
}

/** A well-formed id of the client's own is kept, so that it can follow a call through its systems and ours. */
export function requestIds(next: () => string): RequestHandler {
  return (req, res, proceed) => {
    const given = req.headers['x-request-id'];
    res.setHeader('X-Request-Id', typeof given === 'string' && REQUEST_ID.test(given) ? given : next());
    proceed();
  };
}
