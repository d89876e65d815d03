import { ROLES, type Role } from '@kinga/shared/contract/procedure.ts';
import type { Actor } from '../call/actor.ts';
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
    this.#remember(credential);
    for (const session of [...(this.#byCredential.get(credential) ?? [])]) closeAsRevoked(session);
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
    const credential = credentialOf(actor);
    if (credential === undefined) return;
    const peers = this.#byCredential.get(credential) ?? new Set();
    this.#byCredential.set(credential, peers.add(session));
    if (this.#revoked.has(credential)) closeAsRevoked(session);
  }

  #unindex(session: Session, actor: Actor): void {
    const role = roleOf(actor);
    this.#counts.set(role, (this.#counts.get(role) ?? 0) - 1);
    const credential = credentialOf(actor);
    if (credential === undefined) return;
    const peers = this.#byCredential.get(credential);
    peers?.delete(session);
    if (peers?.size === 0) this.#byCredential.delete(credential);
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

function roleOf(actor: Actor): SocketRole {
  return actor.kind === 'account' ? actor.role : actor.kind;
}

function credentialOf(actor: Actor): string | undefined {
  if (actor.kind === 'account') return `session:${actor.sessionId}`;
  return actor.kind === 'key' ? `key:${actor.keyId}` : undefined;
}
