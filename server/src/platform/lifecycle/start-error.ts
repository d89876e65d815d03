import { sqlStateOf } from '../db/errors.ts';

/** What went wrong at the start in one line that names the key of the environment to look at. */
export function describeStartError(error: unknown): string {
  const cause = rootOf(error);
  const { code, port, address, path, syscall } = cause as NodeJS.ErrnoException & {
    port?: number;
    address?: string;
  };
  if (code === 'EADDRINUSE')
    return `PORT: ${port} on ${address ?? 'this machine'} is in use by another process`;
  if (code === 'EADDRNOTAVAIL') return `HOST: ${address} is not an address of this machine`;
  if (code === 'EACCES' && port !== undefined) return `PORT: ${port} needs more rights than this user has`;
  if (code === 'ECONNREFUSED' || code === 'ETIMEDOUT' || code === 'ECONNRESET') {
    return `DATABASE_URL: nobody answers at ${address}:${port} (${code})`;
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `DATABASE_URL: its host is not known (${code})`;
  }
  // The words of pg, which has no code for a server that does not speak, or speaks something else.
  if (/^(connection terminated|timeout expired)/i.test(cause.message)) {
    return `DATABASE_URL: no PostgreSQL answers there (${cause.message})`;
  }
  if (/^(28|3D)/.test(sqlStateOf(cause) ?? '')) return `DATABASE_URL: ${cause.message}`;
  if ((code === 'EACCES' || code === 'EROFS' || code === 'ENOSPC') && path !== undefined) {
    return `DATA_DIR: cannot write ${path} (${code})`;
  }
  if (syscall === 'mkdir' && path !== undefined) return `DATA_DIR: cannot make ${path} (${code})`;
  return cause.message.split('\n')[0] || String(cause);
}

/** Node wraps the refusals of all addresses of a host in one error without a message. */
function rootOf(error: unknown): Error {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return error.errors[0];
  return error instanceof Error ? error : new Error(String(error));
}
