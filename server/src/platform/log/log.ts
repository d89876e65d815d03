import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** JSON lines on stdout. Never personal data: identifiers, names, e-mail addresses, tokens and keys stay out. */
export function createLogger(options: {
  level: string;
  node: string;
  part: 'hub' | 'worker' | 'import';
}): Logger {
  return pino({
    level: options.level,
    base: { node: options.node, part: options.part },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: serialiseError },
    redact: {
      paths: [
        '*.token',
        '*.apiKey',
        '*.password',
        '*.accessToken',
        '*.refreshToken',
        '*.identifiers',
        'req.headers',
      ],
      remove: true,
    },
  });
}

/** The pool hangs its whole client on an error: pages of settings, and the key that cancels its statements. */
function serialiseError(error: Error): object {
  const { client: _client, ...rest } = pino.stdSerializers.err(error) as { client?: unknown };
  return rest;
}
