import { KeyAllowance, type MeteredKey, type Quotas, SharedUse } from './allowance.ts';

/** A key that has not been used for so long rests. */
const RESTS_AFTER_MS = 10 * 60_000;

/**
 * What each key has used on this node: one object a key, however it is asked for. That of a key which rests is held
 * by the sockets that still have it and by nothing else, so that keys which are revoked, rotated or idle are forgotten;
 * used on one of those sockets, it is counted as ever. What is known of a day's quota is kept until the day is over.
 */
export class KnownAllowances implements Iterable<readonly [string, KeyAllowance]> {
  readonly #restsAfterMs: number;
  readonly #awake = new Map<string, KeyAllowance>();
  readonly #resting = new Map<string, WeakRef<KeyAllowance>>();
  readonly #shared = new Map<string, WeakRef<SharedUse>>();

  constructor(restsAfterMs = RESTS_AFTER_MS) {
    this.#restsAfterMs = restsAfterMs;
  }

  get size(): number {
    return this.#awake.size + this.#resting.size + this.#shared.size;
  }

  /** The one of this key, with these quotas from now on. */
  of({ keyId, firstId, operatorId, environment }: MeteredKey, quotas: Quotas): KeyAllowance {
    const known = this.#awake.get(keyId) ?? this.#resting.get(keyId)?.deref();
    const shared = known?.shared ?? this.#shared.get(firstId)?.deref() ?? new SharedUse();
    const allowance = known ?? new KeyAllowance({ operatorId, firstId, environment, shared });
    allowance.quotas = quotas;
    allowance.toldAtMs = performance.now();
    if (known === undefined) this.#shared.set(firstId, new WeakRef(shared));
    this.#wake(keyId, allowance);
    return allowance;
  }

  /** All of them, those that rest as well: they may have been used just now. */
  *[Symbol.iterator](): Iterator<readonly [string, KeyAllowance]> {
    yield* this.#awake;
    for (const [keyId, ref] of this.#resting) {
      const allowance = ref.deref();
      if (allowance !== undefined) yield [keyId, allowance];
    }
  }

  /** To be called when everything has been told. */
  rest(): void {
    const nowMs = performance.now();
    for (const [keyId, allowance] of this.#awake) {
      if (allowance.pending() !== undefined || nowMs - allowance.toldAtMs < this.#restsAfterMs) continue;
      if (allowance.quotas.perDay !== null && allowance.shared.knowsOfToday(nowMs)) continue;
      this.#awake.delete(keyId);
      this.#resting.set(keyId, new WeakRef(allowance));
    }
    for (const [keyId, ref] of this.#resting) {
      const allowance = ref.deref();
      if (allowance === undefined) this.#resting.delete(keyId);
      else if (nowMs - allowance.toldAtMs < this.#restsAfterMs) this.#wake(keyId, allowance);
    }
    for (const [firstId, ref] of this.#shared) {
      if (ref.deref() === undefined) this.#shared.delete(firstId);
    }
  }

  #wake(keyId: string, allowance: KeyAllowance): void {
    this.#resting.delete(keyId);
    this.#awake.set(keyId, allowance);
  }
}
