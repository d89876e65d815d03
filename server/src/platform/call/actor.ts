import type { Role, Scope } from '@kinga/shared/contract/procedure.ts';
import { type Grants, type Guarded, isGrantable, isStaff } from './grants.ts';

export interface Anonymous {
  readonly kind: 'anonymous';
}

/** A signed-in account. Identity comes from the handshake (or the HTTP header) only. */
export interface AccountActor {
  readonly kind: 'account';
  readonly accountId: string;
  readonly role: Role;
  readonly sessionId: string;
  readonly operatorId: string | null;
  /** Milliseconds since 1970: when the access token ends. */
  readonly expiresAt: number;
}

/** What a key may still use up. One object for every handshake and request of the key on this node. */
export interface Allowance {
  /** 0 when granted, otherwise in how many milliseconds it would be. */
  take(units: number, nowMs: number): number;
  /** What is left of the day's quota; undefined: it has none. */
  leftToday(): number | undefined;
  /** So many questions were answered, as fast as this bucket of a latency histogram says. */
  answered(bucket: number, units: number): void;
}

/** An operator's machine. */
export interface KeyActor {
  readonly kind: 'key';
  readonly keyId: string;
  /** Small number of the key, stored with every check instead of its id. */
  readonly keyNo: number;
  readonly operatorId: string;
  readonly scopes: ReadonlySet<Scope>;
  /** A sandbox key may touch nothing real. */
  readonly environment: 'live' | 'sandbox';
  /** What follows when the key asks like an oracle would be asked: somebody is told, or it is refused. */
  readonly mode: 'alarm' | 'block';
  /** Absent: no quota of its own. */
  readonly allowance?: Allowance | undefined;
  /** The public key that a handshake has to be signed for; absent: none has to be. */
  readonly signedFor?: string | undefined;
  /** When the key ends, on the clock of performance.now(). */
  readonly endsAt?: number | undefined;
  /** Set when the key was changed since: whoever came in on these terms comes in again. */
  stale?: boolean;
}

export type Actor = Anonymous | AccountActor | KeyActor;

export const ANONYMOUS: Anonymous = { kind: 'anonymous' };

/** A stable name of who acts: for idempotency scopes, limits and the audit. */
export function actorName(actor: Actor): string {
  if (actor.kind === 'account') return `account:${actor.accountId}`;
  if (actor.kind === 'key') return `key:${actor.keyId}`;
  return 'anonymous';
}

/** Deny unless the contract allows it, or a grant does. */
export function mayAccess(guarded: Guarded, actor: Actor, grants: Grants): boolean {
  const { access } = guarded;
  if (access === 'public') return true;
  if (actor.kind === 'anonymous') return false;
  if (access === 'signedIn') return actor.kind === 'account';
  if (actor.kind === 'key') return access.scopes?.some((scope) => actor.scopes.has(scope)) ?? false;
  if (access.roles?.includes(actor.role)) return true;
  return isStaff(actor.role) && isGrantable(guarded) && grants.allows(guarded.name, actor);
}
