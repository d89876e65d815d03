import { type ErrorDetail, KingaError } from '@kinga/shared/contract/errors.ts';
import type { Counter } from 'prom-client';
import type { Limits } from '../../config.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Allowance } from './actor.ts';
import type { Caller } from './caller.ts';
import { RateLimit } from './rate-limit.ts';

/** Which limit counts a call; `watch` is for watch and unwatch, so that a reconnect may resume every topic. */
export type LimitKind = 'person' | 'staff' | 'lookup' | 'watch';

const HOUR_S = 3600;
/** A client with too much unanswered is told to come back when something has been answered. */
const UNANSWERED_RETRY_MS = 100;

const REFUSALS = {
  person: 'Too many calls',
  staff: 'Too many calls on staff procedures',
  lookup: 'Too many lookups',
  quota: 'More than the quota of this key',
  watch: 'Too many watches at once',
  anonymous: 'Too many calls without credentials from this address',
  unanswered: 'Too many unanswered calls',
  connections: 'Too many new connections from this address',
} as const;

/** How a procedure is limited; see registry.ts. */
interface Limited {
  readonly limit: LimitKind;
  readonly countedField: string | undefined;
}

/** Every limit on how much a caller may do. Each refusal is coded, says when to come back, and is counted. */
export class Admission {
  readonly #limits: Limits;
  readonly #refusals: Counter;
  readonly #person: RateLimit;
  readonly #staff: RateLimit;
  readonly #lookups: RateLimit;
  readonly #watches: RateLimit;
  readonly #anonymous: RateLimit;
  readonly #connections: RateLimit;

  constructor(limits: Limits, metrics: Metrics) {
    const perSecond = (count: number) => new RateLimit({ burst: count, perSecond: count });
    const perHour = (count: number) => new RateLimit({ burst: count, perSecond: count / HOUR_S });
    this.#limits = limits;
    this.#refusals = metrics.counter('kinga_refusals_total', 'Refusals by limit', ['limit']);
    for (const limit of Object.keys(REFUSALS)) this.#refusals.inc({ limit }, 0);
    this.#person = perSecond(limits.personPerSecond);
    this.#staff = perHour(limits.staffPerHour);
    this.#lookups = perSecond(limits.lookupsPerSecond);
    this.#watches = new RateLimit({
      burst: Math.max(limits.personPerSecond, 2 * limits.watchedTopics),
      perSecond: limits.personPerSecond,
    });
    this.#anonymous = perHour(limits.anonymousPerHour);
    this.#connections = perSecond(limits.connectionsPerSecond);
  }

  /** Throws RATE_LIMITED. A lookup of many counts each of them. */
  call(caller: Caller, procedure: Limited, units: number, nowMs: number): void {
    const kind = procedure.limit;
    if (caller.unanswered >= this.#limits.unansweredCalls) this.#refuse('unanswered', UNANSWERED_RETRY_MS);
    if (caller.actor.kind === 'anonymous') {
      this.#anonymously(caller, nowMs);
    } else if (kind === 'lookup') {
      this.#lookup(caller, procedure.countedField, units, nowMs);
    } else {
      this.#personal(caller, kind, nowMs);
    }
  }

  connection(addressKey: string | undefined, nowMs: number): void {
    if (addressKey === undefined) return;
    const wait = this.#connections.take(addressKey, 1, nowMs);
    if (wait > 0) this.#refuse('connections', wait);
  }

  #lookup({ actor, name }: Caller, field: string | undefined, units: number, nowMs: number): void {
    const wait = this.#lookups.take(name, units, nowMs);
    if (wait > 0) this.#refuse('lookup', wait);
    if (actor.kind !== 'key' || actor.allowance === undefined) return;
    const quotaWait = actor.allowance.take(units, nowMs);
    if (quotaWait > 0) this.#refuse('quota', quotaWait, leftOf(actor.allowance, field, units));
  }

  #anonymously(caller: Caller, nowMs: number): void {
    if (caller.addressKey === undefined) return;
    const wait = this.#anonymous.take(caller.addressKey, 1, nowMs);
    if (wait > 0) this.#refuse('anonymous', wait);
  }

  #personal(caller: Caller, kind: 'person' | 'staff' | 'watch', nowMs: number): void {
    const limit = kind === 'watch' ? this.#watches : this.#person;
    const wait = limit.take(caller.name, 1, nowMs);
    if (wait > 0) this.#refuse(kind === 'watch' ? 'watch' : 'person', wait);
    if (kind !== 'staff') return;
    const staffWait = this.#staff.take(caller.name, 1, nowMs);
    if (staffWait > 0) this.#refuse('staff', staffWait);
  }

  #refuse(limit: keyof typeof REFUSALS, retryAfterMs: number, details?: readonly ErrorDetail[]): never {
    this.#refusals.inc({ limit });
    throw new KingaError('RATE_LIMITED', REFUSALS[limit], { retryAfterMs, ...(details && { details }) });
  }
}

/** A batch is refused whole: how large a part of it would not have been? */
function leftOf(allowance: Allowance, field: string | undefined, units: number): ErrorDetail[] | undefined {
  const left = allowance.leftToday();
  if (field === undefined || left === undefined || left >= units) return undefined;
  return [{ path: field, message: `${units}, and ${left} are left of the quota of today` }];
}
