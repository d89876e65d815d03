import { invalidInput } from '@kinga/shared/contract/errors.ts';
import type { Bye } from '@kinga/shared/contract/wire.ts';
import type { Socket } from 'socket.io';
import { type Actor, actorName, type KeyActor } from '../call/actor.ts';
import type { Caller } from '../call/caller.ts';
import type { Watcher } from '../feed/watcher.ts';
import type { ClientAddress } from '../http/addresses.ts';

/** A socket that has been told to go and has not gone by then is cut off. */
const GOODBYE_MS = 1_000;
/** How long a socket that is ended waits for the answers of its running calls: a logout is one of them. */
const LAST_ANSWERS_MS = 500;
/** The longest delay a timer can be set to. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** One live socket: who stands behind it, until when, and how it is ended. */
export class Session implements Caller, Watcher {
  readonly id: string;
  readonly socket: Socket;
  readonly address: string;
  readonly addressKey: string | undefined;
  readonly name: string;
  readonly rearm: ((actor: Actor) => void) | undefined;
  #actor: Actor;
  #expiry: NodeJS.Timeout | undefined;
  #ended = false;
  #unanswered = 0;
  #onceAnswered: (() => void) | undefined;
  readonly #onRearm: (session: Session, before: Actor) => void;
  readonly #onEnd: (session: Session) => void;

  constructor(of: {
    socket: Socket;
    actor: Actor;
    client: ClientAddress;
    onRearm: (session: Session, before: Actor) => void;
    /** It has been told to go, and may not be gone yet. */
    onEnd: (session: Session) => void;
  }) {
    this.id = of.socket.id;
    this.socket = of.socket;
    this.address = of.client.address;
    this.addressKey = of.client.key;
    this.name = actorName(of.actor);
    this.#actor = of.actor;
    this.#onRearm = of.onRearm;
    this.#onEnd = of.onEnd;
    if (of.actor.kind === 'account') {
      this.rearm = (actor) => this.#rearm(actor);
    }
    this.#arm(of.actor);
  }

  get actor(): Actor {
    return this.#actor;
  }

  get watcher(): Watcher {
    return this;
  }

  get unanswered(): number {
    return this.#unanswered;
  }

  set unanswered(calls: number) {
    this.#unanswered = calls;
    // The answer itself is written after the count: the end waits for the turn to be over.
    if (calls === 0 && this.#onceAnswered !== undefined) setImmediate(this.#onceAnswered);
  }

  /** Has been told to go: nothing it says is heard any more. */
  get ended(): boolean {
    return this.#ended;
  }

  emit(event: 'event' | 'reset' | 'heartbeat', payload: unknown): void {
    if (!this.#ended) this.socket.emit(event, payload);
  }

  /** Closes the transport: the client reconnects by itself. */
  close(bye: Bye): void {
    if (!this.#sayBye(bye)) return;
    this.socket.conn.close();
  }

  /** Disconnects, after the answers of calls that run: the client stays away until somebody tells it to come back. */
  disconnect(bye: Bye): void {
    if (!this.#sayBye(bye)) return;
    const end = () => this.socket.disconnect(true);
    if (this.#unanswered === 0) {
      end();
      return;
    }
    this.#onceAnswered = end;
    setTimeout(end, LAST_ANSWERS_MS).unref();
  }

  /** The socket is gone. */
  dispose(): void {
    this.#ended = true;
    clearTimeout(this.#expiry);
  }

  #sayBye(bye: Bye): boolean {
    if (this.#ended) return false;
    this.dispose();
    this.socket.emit('bye', bye);
    // Whoever may not watch any more hears nothing after it, also while answers are waited for.
    this.#onEnd(this);
    this.#cutOffLater();
    return true;
  }

  /** Somebody who reads nothing would keep a closing connection, and all that waits in it, for ever. */
  #cutOffLater(): void {
    const tcp = this.socket.conn.request.socket;
    const timer = setTimeout(() => tcp.destroy(), GOODBYE_MS);
    timer.unref();
    tcp.once('close', () => clearTimeout(timer));
  }

  /** The same key on other terms. */
  renew(actor: KeyActor): void {
    if (actorName(actor) === this.name) this.#become(actor);
  }

  #rearm(actor: Actor): void {
    if (actor.kind !== 'account' || actorName(actor) !== this.name) {
      throw invalidInput('accessToken', 'a token of another account');
    }
    this.#become(actor);
  }

  #become(actor: Actor): void {
    if (this.#ended) return;
    const before = this.#actor;
    this.#actor = actor;
    this.#arm(actor);
    this.#onRearm(this, before);
  }

  #arm(actor: Actor): void {
    clearTimeout(this.#expiry);
    const leftMs = leftMsOf(actor);
    if (leftMs === undefined) return;
    const message = actor.kind === 'key' ? 'The API key has ended' : 'The access token has expired';
    // A timer may be up to a millisecond early: whoever is told of the end finds that it has come.
    const end = () =>
      (leftMsOf(actor) ?? 0) > 0 ? this.#arm(actor) : this.disconnect({ code: 'EXPIRED', message });
    this.#expiry = setTimeout(end, Math.min(leftMs, TIMER_MS_MAX));
    this.#expiry.unref();
  }
}

/** How long these credentials are still good; undefined: nobody said. */
function leftMsOf(actor: Actor): number | undefined {
  if (actor.kind === 'account') return Math.max(0, actor.expiresAt - Date.now());
  if (actor.kind === 'anonymous' || actor.endsAt === undefined) return undefined;
  return Math.max(0, actor.endsAt - performance.now());
}
