import { KingaError } from '@kinga/shared/contract/errors.ts';
import { ROLES, type Role } from '@kinga/shared/contract/procedure.ts';
import type { Actor, KeyActor } from '../call/actor.ts';
import type { Revocation } from '../call/authenticator.ts';
import type { Session } from './session.ts';

export type SocketRole = Role | 'anonymous' | 'key';
export const SOCKET_ROLES: readonly SocketRole[] = ['anonymous', ...ROLES, 'key'];

/** Longer than any handshake: credentials may be revoked between their check and the socket's entry here. */
const REVOCATIONS_KEPT_MS = 60_000;

/** The live sockets of this node, found by what they stand on. */
export class Sessions {
  readonly #all = new Set<Session>();
  readonly #byCredential = new Map<string, Set<Session>>();
  readonly #counts = new Map<SocketRole, number>(SOCKET_ROLES.map((role) => [role, 0]));
  readonly #revoked = new Map<string, number>();

  /** A session whose credentials were revoked on the way in is closed at once. */
  add(session: Session): void {
    this.#all.add(session);
    this.#index(session, session.actor);
  }

  remove(session: Session): void {
    if (!this.#all.delete(session)) return;
    this.#unindex(session, session.actor);
  }

  /** After a renewed token: another session, perhaps another role. */
  rearmed(session: Session, before: Actor): void {
    if (!this.#all.has(session)) return;
    this.#unindex(session, before);
    this.#index(session, session.actor);
  }

  closeRevoked(revocation: Revocation): void {
    const credential = `${revocation.kind}:${revocation.id}`;
    // What may come back is not kept out: who comes in late is found by its stale terms.
    if (revocation.change === undefined) this.#remember(credential);
    for (const session of [...(this.#byCredential.get(credential) ?? [])]) closeAsRevoked(session);
  }

  /** The key has other terms: each of its sockets goes on with them, comes again, or goes. */
  renewKey(keyId: string, again: (address: string) => Promise<KeyActor>): void {
    for (const session of this.#byCredential.get(`key:${keyId}`) ?? []) void renew(session, again);
  }

  byRole(): Record<SocketRole, number> {
    return Object.fromEntries(this.#counts) as Record<SocketRole, number>;
  }

  get all(): ReadonlySet<Session> {
    return this.#all;
  }

  #index(session: Session, actor: Actor): void {
    const role = roleOf(actor);
    this.#counts.set(role, (this.#counts.get(role) ?? 0) + 1);
    for (const credential of credentialsOf(actor)) {
      const peers = this.#byCredential.get(credential) ?? new Set();
      this.#byCredential.set(credential, peers.add(session));
      if (this.#revoked.has(credential)) closeAsRevoked(session);
    }
    if (actor.kind === 'key' && actor.stale === true) closeAsChanged(session);
  }

  #unindex(session: Session, actor: Actor): void {
    const role = roleOf(actor);
    this.#counts.set(role, (this.#counts.get(role) ?? 0) - 1);
    for (const credential of credentialsOf(actor)) {
      const peers = this.#byCredential.get(credential);
      peers?.delete(session);
      if (peers?.size === 0) this.#byCredential.delete(credential);
    }
  }

  #remember(credential: string): void {
    const now = performance.now();
    for (const [known, at] of this.#revoked) {
      if (now - at < REVOCATIONS_KEPT_MS) break;
      this.#revoked.delete(known);
    }
    this.#revoked.delete(credential);
    this.#revoked.set(credential, now);
  }
}

function closeAsRevoked(session: Session): void {
  session.disconnect({ code: 'REVOKED', message: 'These credentials are no longer good' });
}

function closeAsChanged(session: Session): void {
  session.close({ code: 'CHANGED', message: 'This key has new terms: connect again' });
}

/** What it watches rests on its scopes, and that it is here at all on its signature: with others it begins anew. */
async function renew(session: Session, again: (address: string) => Promise<KeyActor>): Promise<void> {
  try {
    const actor = await again(session.address);
    if (session.actor.kind === 'key' && restsOnTheSame(session.actor, actor)) session.renew(actor);
    else closeAsChanged(session);
  } catch (error) {
    // Without an answer it may be good or not: it comes again, and is judged then.
    if (error instanceof KingaError && error.code === 'UNAUTHENTICATED') closeAsRevoked(session);
    else closeAsChanged(session);
  }
}

function restsOnTheSame(before: KeyActor, now: KeyActor): boolean {
  return before.signedFor === now.signedFor && before.scopes.symmetricDifference(now.scopes).size === 0;
}

function roleOf(actor: Actor): SocketRole {
  return actor.kind === 'account' ? actor.role : actor.kind;
}

/** What an actor stands on. */
function credentialsOf(actor: Actor): readonly string[] {
  if (actor.kind === 'account') return [`session:${actor.sessionId}`];
  return actor.kind === 'key' ? [`key:${actor.keyId}`, `operator:${actor.operatorId}`] : [];
}
