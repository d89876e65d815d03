import { type ErrorBody, KingaError, PROTOCOL_ERRORS } from '@kinga/shared/contract/errors.ts';
import type { Procedure } from '@kinga/shared/contract/procedure.ts';
import { isRetryable, isUnavailable, sqlStateOf } from '../db/errors.ts';

/** When to come back to something that is away and did not say for how long. */
const UNAVAILABLE_RETRY_MS = 1_000;

/** An error as the caller may see it. `hidden` is what only the log may. */
export interface Failure {
  readonly body: ErrorBody;
  readonly hidden: unknown;
}

/**
 * KingaErrors with a code of the protocol, or one the procedure declares, are meant for the caller. The
 * database being away is UNAVAILABLE, and so is a transaction that lost every race it was tried in: the same call
 * may come again. Everything else is INTERNAL, of which the caller learns the request id.
 */
export function failureOf(error: unknown, requestId: string, procedure: Procedure | undefined): Failure {
  if (error instanceof KingaError && error.code !== 'INTERNAL' && isTold(error.code, procedure)) {
    return { body: bodyOf(error, requestId), hidden: undefined };
  }
  const passing = error instanceof KingaError ? undefined : passingTrouble(error);
  if (passing !== undefined) {
    return {
      body: { code: 'UNAVAILABLE', message: passing, retryAfterMs: UNAVAILABLE_RETRY_MS, requestId },
      hidden: error,
    };
  }
  return { body: { code: 'INTERNAL', message: 'Internal error', requestId }, hidden: error };
}

function passingTrouble(error: unknown): string | undefined {
  if (isUnavailable(error)) return 'The hub cannot reach its database at the moment';
  return isRetryable(error) ? 'Others are changing the same at the moment' : undefined;
}

function isTold(code: string, procedure: Procedure | undefined): boolean {
  return (
    Object.hasOwn(PROTOCOL_ERRORS, code) ||
    (procedure?.errors !== undefined && Object.hasOwn(procedure.errors, code))
  );
}

function bodyOf(error: KingaError, requestId: string): ErrorBody {
  const retryAfterMs =
    error.retryAfterMs ?? (error.code === 'UNAVAILABLE' ? UNAVAILABLE_RETRY_MS : undefined);
  return {
    code: error.code,
    message: error.message,
    ...(error.details === undefined ? {} : { details: error.details }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    requestId,
  };
}

/**
 * What the log may keep of an error. PostgreSQL quotes values in its messages and details, and a value may be
 * a person's: of its errors only names are kept.
 */
export function loggable(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { thrown: typeof error };
  const state = sqlStateOf(error);
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  if (state === undefined) {
    return { name: error.name, message: error.message, stack: frames?.join('\n') };
  }
  const { table, constraint, routine } = error as { table?: string; constraint?: string; routine?: string };
  return { name: error.name, sqlState: state, table, constraint, routine, stack: frames?.join('\n') };
}
