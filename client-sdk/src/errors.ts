import { type ErrorBody, type ErrorDetail, PROTOCOL_ERRORS } from '@kinga/shared/contract/errors.ts';
import type { ErrorCodeOf } from '@kinga/shared/contract/procedure.ts';
import type { ProcedureName, ProcedureNamed } from '@kinga/shared/contract.ts';

interface HubErrorOptions {
  readonly procedure?: string | undefined;
  readonly details?: readonly ErrorDetail[] | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly requestId?: string | undefined;
  readonly unknownOutcome?: boolean;
  readonly cause?: unknown;
}

/**
 * Why a call, a watch or a connection failed. The hub's own errors and those the SDK finds out by itself
 * (`UNAVAILABLE`, `DEADLINE_EXCEEDED`) look alike, so that a caller needs one `catch`.
 */
export class HubError extends Error {
  override readonly name = 'HubError';
  /** A protocol code (`INVALID_INPUT`, `RATE_LIMITED`, ...), one a procedure declares (`EXCLUDED`), or `REVOKED`. */
  readonly code: string;
  /** The procedure called, when it was a call that failed. */
  readonly procedure: string | undefined;
  /** For `INVALID_INPUT`: every malformed field, as `{ path: 'identifiers[0].value', message }`. */
  readonly details: readonly ErrorDetail[];
  /** How long the hub asks to wait before trying again, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** What the hub's log calls this request; absent when no answer came. */
  readonly requestId: string | undefined;
  /** Whether the same call, sent again later, may succeed. */
  readonly retry: boolean;
  /** A command was sent and its answer never came: it may have happened. Ask, or repeat it under its key. */
  readonly unknownOutcome: boolean;

  constructor(code: string, message: string, options: HubErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.procedure = options.procedure;
    this.details = options.details ?? [];
    this.retryAfterMs = options.retryAfterMs;
    this.requestId = options.requestId;
    this.retry = isRetryable(code);
    this.unknownOutcome = options.unknownOutcome ?? false;
  }
}

/** The error of an unsuccessful answer. */
export function errorOf(
  body: Omit<ErrorBody, 'requestId'> & { requestId?: string },
  procedure?: string,
): HubError {
  const { code, message, details, retryAfterMs, requestId } = body;
  return new HubError(code, message, { procedure, details, retryAfterMs, requestId });
}

/**
 * Narrows a caught error to one code that a procedure declares; the compiler knows which codes there are:
 * `isDeclared(error, 'markets.placeBet', 'EXCLUDED')`.
 */
export function isDeclared<TName extends ProcedureName, TCode extends ErrorCodeOf<ProcedureNamed<TName>>>(
  error: unknown,
  procedure: TName,
  code: TCode,
): error is HubError & { readonly procedure: TName; readonly code: TCode } {
  return error instanceof HubError && error.procedure === procedure && error.code === code;
}

/** Codes after which another attempt cannot succeed: the credentials themselves are refused. */
export function isPermanent(code: string): boolean {
  return PERMANENT.has(code);
}

const PERMANENT: ReadonlySet<string> = new Set([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'REVOKED',
  'EXPIRED',
  'UNSUPPORTED_PROTOCOL',
]);

function isRetryable(code: string): boolean {
  const known: Readonly<Record<string, { readonly retry: boolean }>> = PROTOCOL_ERRORS;
  return known[code]?.retry ?? false;
}
