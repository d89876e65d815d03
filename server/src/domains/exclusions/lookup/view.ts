import type { Purpose } from '@kinga/shared/exclusions/contract.ts';
import { type PolicyVersion, quietMsOf } from '../../policy/index.ts';
import type { ReplicaState } from '../replica/replica.ts';

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

/** Which version of the policy is in force at an instant of the database's clock. */
export interface Policies {
  at(ms: number): PolicyVersion;
}

/** What can be asked in the same turn: this node's replica, or the sandbox in its place. */
export interface Memory {
  readonly table: Prober;
  readonly clock: { lower(monotonicMs: number): number; upper(monotonicMs: number): number };
  readonly state: ReplicaState;
  readonly seq: number;
  readonly asOfMs: number;
  /** So long after its end an exclusion is still known. */
  readonly quietMs: number;
  freshMs: number;
  isFresh(monotonicMs: number): boolean;
}

/** What one call's answers rest on. */
export interface View {
  prober: Prober;
  trust: Trust;
  /** Between which instants now is. */
  lower: number;
  upper: number;
  /** Who was excluded at or after it is not advertised to. */
  quietSince: number;
  /** Whether everything is known that ended since then. */
  knowsQuiet: boolean;
  seq: number;
  validity: Validity;
}

/** What has ended by then no longer counts. */
export function endOf(view: Pick<View, 'lower' | 'quietSince'>, purpose: Purpose): number {
  return purpose === 'marketing' ? view.quietSince : view.lower;
}

/**
 * Until when answers of one confirmation may be reused under one version of the policy. The texts are made once
 * for all of its answers.
 */
export class Validity {
  readonly asOf: string;
  readonly policy: PolicyVersion;
  readonly quietMs: number;
  readonly #asOfMs: number;
  readonly #until: Readonly<Record<Purpose, string>>;

  constructor(asOfMs: number, policy: PolicyVersion) {
    const after = (purpose: Purpose) => new Date(asOfMs + reuseMs(policy, purpose)).toISOString();
    this.asOf = new Date(asOfMs).toISOString();
    this.policy = policy;
    this.quietMs = quietMsOf(policy);
    this.#asOfMs = asOfMs;
    this.#until = {
      registration: after('registration'),
      login: after('login'),
      deposit: after('deposit'),
      bet: after('bet'),
      marketing: after('marketing'),
    };
  }

  isOf(asOfMs: number, policy: PolicyVersion): boolean {
    return this.#asOfMs === asOfMs && this.policy === policy;
  }

  /** Never beyond a pending start. */
  until(purpose: Purpose, pendingStartsAt: number): string {
    if (pendingStartsAt >= this.#asOfMs + reuseMs(this.policy, purpose)) return this.#until[purpose];
    return new Date(Math.max(pendingStartsAt, this.#asOfMs)).toISOString();
  }
}

function reuseMs({ values }: PolicyVersion, purpose: Purpose): number {
  return values.purposes[purpose].reuseSeconds * 1_000;
}

/** The view of this node's replica; one object for ever, because a view lives only within one turn. */
export class ReplicaView implements View {
  prober: Prober;
  trust: Trust = 'nothing';
  lower = 0;
  upper = 0;
  quietSince = 0;
  knowsQuiet = false;
  seq = 0;
  validity: Validity;
  readonly #replica: Memory;
  readonly #policies: Policies;

  constructor(replica: Memory, policies: Policies) {
    this.#replica = replica;
    this.#policies = policies;
    this.prober = replica.table;
    this.validity = new Validity(0, policies.at(0));
  }

  /** What may be said now without asking PostgreSQL. */
  at(monotonicMs: number): this {
    const replica = this.#replica;
    this.prober = replica.table;
    this.lower = replica.clock.lower(monotonicMs);
    this.upper = replica.clock.upper(monotonicMs);
    this.seq = replica.seq;
    const policy = this.#policies.at(this.lower);
    if (!this.validity.isOf(replica.asOfMs, policy)) this.#renew(policy);
    const { quietMs } = this.validity;
    this.quietSince = this.lower - quietMs;
    this.knowsQuiet = quietMs <= replica.quietMs;
    if (replica.isFresh(monotonicMs)) this.trust = 'full';
    else this.trust = replica.state === 'live' ? 'exclusions' : 'nothing';
    return this;
  }

  #renew(policy: PolicyVersion): void {
    this.#replica.freshMs = policy.values.staleness.maxMs;
    this.validity = new Validity(this.#replica.asOfMs, policy);
  }
}
