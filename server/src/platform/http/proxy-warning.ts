import type { Logger } from '../log/log.ts';
import { type ClientAddress, isLoopback } from './addresses.ts';

/**
 * Behind a proxy that nobody named, every client seems to be the proxy: their limits and the allow-lists of keys
 * are judged by its address. Said once in the life of a process.
 */
export function proxyWarning(
  log: Logger,
  trustedProxies: readonly string[],
): (client: ClientAddress) => void {
  let isSaid = trustedProxies.length > 0;
  return ({ address, viaStranger }) => {
    if (isSaid || !viaStranger || !isLoopback(address)) return;
    isSaid = true;
    log.warn(
      { key: 'TRUSTED_PROXIES' },
      'requests come from this machine with X-Forwarded-For, and TRUSTED_PROXIES names no proxy: their own addresses are not seen',
    );
  };
}
