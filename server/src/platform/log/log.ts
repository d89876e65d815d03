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

/**
 * The pool hangs its whole client on an error: pages of settings, and the key that cancels its statements. And
 * PostgreSQL quotes what is in a row in its details, and what it could not read (class 22) in its message.
 */
export function serialiseError(error: Error): object {
  const shown: Record<string, unknown> = { ...pino.stdSerializers.err(error) };
  for (const name of ['client', 'detail', 'where', 'internalQuery']) delete shown[name];
  if (!/^22[0-9A-Z]{3}$/.test(String(shown.code))) return shown;
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return { ...shown, message: 'a value that PostgreSQL cannot read', stack: frames?.join('\n') };
}
