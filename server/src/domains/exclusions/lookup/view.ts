import type { Purpose } from '@kinga/shared/exclusions/contract.ts';
import type { Replica } from '../replica/replica.ts';

/** What can be asked about a key (as latin1): the replica's table, or a handful of rows from PostgreSQL. */
export interface Prober {
  probe(text: string, lower: number, upper: number): boolean;
  /** After a probe: the earliest start still to come of that key, or Infinity. */
  readonly pendingStartsAt: number;
}

/**
 * - `full`: confirmed less than a second ago.
 * - `exclusions`: PostgreSQL cannot be asked, so only EXCLUDED may still be said.
 * - `nothing`: the node has another history than PostgreSQL.
 */
export type Trust = 'full' | 'exclusions' | 'nothing';

/** What one call's answers rest on. */
export interface View {
  prober: Prober;
  trust: Trust;
  /** Between which instants now is. */
  lower: number;
  upper: number;
  seq: number;
  validity: Validity;
}

const REUSE_MS: Readonly<Record<Purpose, number>> = {
  bet: 60_000,
  deposit: 60_000,
  login: 0,
  registration: 0,
  marketing: 86_400_000,
};

/** Until when answers of one confirmation may be reused. The texts are made once for all of its answers. */
export class Validity {
  readonly asOf: string;
  readonly #asOfMs: number;
  readonly #until: Readonly<Record<Purpose, string>>;

  constructor(asOfMs: number) {
    const after = (purpose: Purpose) => new Date(asOfMs + REUSE_MS[purpose]).toISOString();
    this.asOf = new Date(asOfMs).toISOString();
    this.#asOfMs = asOfMs;
    this.#until = {
      registration: after('registration'),
      login: after('login'),
      deposit: after('deposit'),
      bet: after('bet'),
      marketing: after('marketing'),
    };
  }

  isOf(asOfMs: number): boolean {
    return this.#asOfMs === asOfMs;
  }

  /** Never beyond a pending start. */
  until(purpose: Purpose, pendingStartsAt: number): string {
    if (pendingStartsAt >= this.#asOfMs + REUSE_MS[purpose]) return this.#until[purpose];
    return new Date(Math.max(pendingStartsAt, this.#asOfMs)).toISOString();
  }
}

/** The view of this node's replica; one object for ever, because a view lives only within one turn. */
export class ReplicaView implements View {
  prober: Prober;
  trust: Trust = 'nothing';
  lower = 0;
  upper = 0;
  seq = 0;
  validity = new Validity(0);
  readonly #replica: Replica;

  constructor(replica: Replica) {
    this.#replica = replica;
    this.prober = replica.table;
  }

  /** What may be said now without asking PostgreSQL. */
  at(monotonicMs: number): this {
    const replica = this.#replica;
    this.prober = replica.table;
    this.lower = replica.clock.lower(monotonicMs);
    this.upper = replica.clock.upper(monotonicMs);
    this.seq = replica.seq;
    if (replica.isFresh(monotonicMs)) this.trust = 'full';
    else this.trust = replica.state === 'live' ? 'exclusions' : 'nothing';
    if (!this.validity.isOf(replica.asOfMs)) this.validity = new Validity(replica.asOfMs);
    return this;
  }
}
