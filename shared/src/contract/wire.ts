/** The protocol's number: raised only by a change that old clients would not survive, with an ADR. */
export const PROTOCOL = 1;

/** Where a watcher stands in a topic. */
export interface Position {
  readonly epoch: string;
  readonly seq: number;
}

/** First message after the handshake. */
export interface Hello {
  readonly protocol: number;
  readonly contractHash: string;
  readonly node: string;
  readonly serverTime: string;
  readonly heartbeatMs: number;
  readonly limits: WireLimits;
}

export interface WireLimits {
  readonly unansweredCalls: number;
  readonly watchedTopics: number;
  readonly messageBytes: number;
}

/** Last message before the server ends a socket. */
export interface Bye {
  readonly code: ByeCode;
  readonly message: string;
  readonly retryAfterMs?: number;
}

export type ByeCode =
  | 'DRAINING'
  | 'SLOW_CONSUMER'
  | 'REVOKED'
  /** The terms of the key have changed: come again. */
  | 'CHANGED'
  | 'EXPIRED'
  | 'PAYLOAD_TOO_LARGE'
  | 'PROTOCOL_ERROR';

export interface WatchRequest {
  readonly topic: string;
  readonly from?: Position;
}

export interface WatchAck extends Position {
  readonly topic: string;
  readonly kind: 'log' | 'state';
  readonly snapshot?: unknown;
  readonly resumed: boolean;
}

export interface FeedEvent extends Position {
  readonly topic: string;
  readonly at: string;
  readonly type: string;
  readonly data: unknown;
}

/** Continuity broke after the watch began: what came between is unknown to this socket. */
export interface FeedReset extends Position {
  readonly topic: string;
  readonly snapshot?: unknown;
  readonly reason: string;
}

export interface Heartbeat {
  readonly at: string;
  readonly heads: Readonly<Record<string, Position & { readonly asOf: string }>>;
}

export interface CallMeta {
  readonly idempotencyKey?: string;
  readonly deadlineMs?: number;
}
