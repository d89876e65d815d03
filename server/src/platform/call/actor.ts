import type { Access, Role, Scope } from '@kinga/shared/contract/procedure.ts';

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

/** An operator's machine. */
export interface KeyActor {
  readonly kind: 'key';
  readonly keyId: string;
  /** Small number of the key, stored with every check instead of its id. */
  readonly keyNo: number;
  readonly operatorId: string;
  readonly scopes: ReadonlySet<Scope>;
}

export type Actor = Anonymous | AccountActor | KeyActor;

export const ANONYMOUS: Anonymous = { kind: 'anonymous' };

/** A stable name of who acts: for idempotency scopes, limits and the audit. */
export function actorName(actor: Actor): string {
  if (actor.kind === 'account') return `account:${actor.accountId}`;
  if (actor.kind === 'key') return `key:${actor.keyId}`;
  return 'anonymous';
}

export function mayAccess(access: Access, actor: Actor): boolean {
  if (access === 'public') return true;
  if (actor.kind === 'anonymous') return false;
  if (access === 'signedIn') return actor.kind === 'account';
  if (actor.kind === 'account') return access.roles?.includes(actor.role) ?? false;
  return access.scopes?.some((scope) => actor.scopes.has(scope)) ?? false;
}
