import type { Actor } from './actor.ts';

export interface Credentials {
  readonly token?: string | undefined;
  readonly apiKey?: string | undefined;
}

/**
 * Port, implemented by the domains identity and operators: who stands behind these credentials. Throws
 * UNAUTHENTICATED when they are bad, expired or revoked.
 */
export type Authenticate = (credentials: Credentials) => Promise<Actor>;

/**
 * A session or key that is good no longer. The gateway closes its sockets with `bye REVOKED`; learnt from the
 * revocation log that every node tails, so it needs no Redis.
 */
export interface Revocation {
  readonly kind: 'session' | 'key';
  readonly id: string;
}
