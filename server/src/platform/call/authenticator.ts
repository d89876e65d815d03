import type { Actor } from './actor.ts';

export interface Credentials {
  readonly token?: string | undefined;
  readonly apiKey?: string | undefined;
  /** Where from, as the gateway knows it; never what the client says of itself. */
  readonly address?: string | undefined;
  /** By what it is counted; undefined: it is exempt, or shared by many. */
  readonly addressKey?: string | undefined;
  readonly proof?: RequestProof | undefined;
}

/** What a signed request says of itself: see shared/src/contract/signature.ts. */
export interface RequestProof {
  readonly timestamp: string;
  readonly nonce: string;
  /** base64url */
  readonly signature: string;
  readonly method: string;
  readonly path: string;
  /** SHA-256 of the body as it came, in hexadecimal. */
  bodyDigest(): string;
}

/**
 * Port, implemented by the domains identity and operators: who stands behind these credentials. Throws
 * UNAUTHENTICATED when they are bad, expired or revoked.
 */
export type Authenticate = (credentials: Credentials) => Promise<Actor>;

/**
 * What is good no longer, learnt from the revocation log that every node tails, so it needs no Redis.
 * - `session`, `key`: for good. Its sockets are closed with `bye REVOKED`.
 * - `operator`: an operator is suspended: the same for the sockets of all its keys, which may come back.
 * - `terms`: a key has other terms than before: its sockets are judged by the new ones.
 */
export interface Revocation {
  readonly kind: 'session' | 'key' | 'operator' | 'terms';
  readonly id: string;
  /** Names one of many: what can happen to the same id again. */
  readonly change?: string | undefined;
}
