/** The protocol's own codes: code -> HTTP status and whether the same call may be sent again. */
export const PROTOCOL_ERRORS = {
  INVALID_INPUT: { status: 400, retry: false },
  UNAUTHENTICATED: { status: 401, retry: false },
  FORBIDDEN: { status: 403, retry: false },
  NOT_FOUND: { status: 404, retry: false },
  UNKNOWN_PROCEDURE: { status: 404, retry: false },
  CONFLICT: { status: 409, retry: false },
  IDEMPOTENCY_CONFLICT: { status: 409, retry: false },
  PAYLOAD_TOO_LARGE: { status: 413, retry: false },
  RATE_LIMITED: { status: 429, retry: true },
  INTERNAL: { status: 500, retry: true },
  UNAVAILABLE: { status: 503, retry: true },
  DEADLINE_EXCEEDED: { status: 504, retry: true },
} as const;

export type ProtocolErrorCode = keyof typeof PROTOCOL_ERRORS;

/** The status of every error a procedure declares for itself. */
export const DECLARED_ERROR_STATUS = 422;

export interface ErrorDetail {
  /** Where in the input, as `identifiers[0].value`. */
  readonly path: string;
  readonly message: string;
}

/** The `error` of an unsuccessful answer, on a socket and over HTTP alike. */
export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly details?: readonly ErrorDetail[];
  readonly retryAfterMs?: number;
  readonly requestId: string;
}

export type Ack<TData = unknown> =
  | { readonly ok: true; readonly data: TData }
  | { readonly ok: false; readonly error: ErrorBody };

/** An error meant for the caller. Anything else thrown by a handler reaches them as INTERNAL. */
export class KingaError extends Error {
  override readonly name = 'KingaError';
  readonly code: string;
  readonly details: readonly ErrorDetail[] | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ProtocolErrorCode | (string & {}),
    message: string,
    options: { details?: readonly ErrorDetail[]; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** INVALID_INPUT naming one field. */
export function invalidInput(path: string, message: string): KingaError {
  return new KingaError('INVALID_INPUT', `${path}: ${message}`, { details: [{ path, message }] });
}

/** NOT_FOUND naming the field that says what there is not. */
export function notFound(path: string, message: string, cause?: unknown): KingaError {
  return new KingaError('NOT_FOUND', message, { details: [{ path, message }], cause });
}

/** CONFLICT naming the field that cannot be as things stand. */
export function conflict(path: string, message: string, cause?: unknown): KingaError {
  return new KingaError('CONFLICT', message, { details: [{ path, message }], cause });
}

export function httpStatusOf(code: string): number {
  return code in PROTOCOL_ERRORS ? PROTOCOL_ERRORS[code as ProtocolErrorCode].status : DECLARED_ERROR_STATUS;
}
