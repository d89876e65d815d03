import { KingaError } from '@kinga/shared/contract/errors.ts';

interface Allowance {
  /** Wrong passwords in a row before the wait begins. */
  readonly burst: number;
  /** One more is allowed each time this has passed. */
  readonly refillMs: number;
}

/** One address guessing at one account. */
const PAIR: Allowance = { burst: 10, refillMs: 60_000 };
/** Many addresses guessing at one account. */
const ACCOUNT: Allowance = { burst: 50, refillMs: 10_000 };
/** One address guessing at many accounts. */
const ADDRESS: Allowance = { burst: 100, refillMs: 5_000 };
const REMEMBERED_MAX = 50_000;

/**
 * Limits wrong passwords, per node. Only they count, and every allowance grows back, so nobody is locked out for
 * ever; an address from which the account has signed in before is not held up by what others try.
 */
export class LoginAttempts {
  readonly #pairs = new Buckets(PAIR);
  readonly #accounts = new Buckets(ACCOUNT);
  readonly #addresses = new Buckets(ADDRESS);
  readonly #known = new Recent<true>();
  readonly #keyOf: (address: string) => string | undefined;

  /** @param keyOf by what an address is counted; undefined: it is shared by many and not counted by itself */
  constructor(keyOf: (address: string) => string | undefined) {
    this.#keyOf = keyOf;
  }

  /** Throws RATE_LIMITED while an allowance is used up. */
  check(email: string, address: string): void {
    const waits = this.#concerned(email, address).map(([bucket, name]) => bucket.waitMs(name));
    const waitMs = Math.max(...waits);
    if (waitMs > 0) {
      throw new KingaError('RATE_LIMITED', 'Too many attempts to sign in', { retryAfterMs: waitMs });
    }
  }

  failed(email: string, address: string): void {
    for (const [bucket, name] of this.#concerned(email, address)) bucket.take(name);
  }

  succeeded(email: string, address: string): void {
    this.#known.set(this.#pairOf(email, address), true);
  }

  #concerned(email: string, address: string): [Buckets, string][] {
    const pair = this.#pairOf(email, address);
    const buckets: [Buckets, string][] = [[this.#pairs, pair]];
    if (!this.#known.get(pair)) buckets.push([this.#accounts, email]);
    const key = this.#keyOf(address);
    if (key !== undefined) buckets.push([this.#addresses, key]);
    return buckets;
  }

  #pairOf(email: string, address: string): string {
    return `${email}\0${this.#keyOf(address) ?? address}`;
  }
}

class Buckets {
  readonly #allowance: Allowance;
  readonly #levels = new Recent<{ left: number; atMs: number }>();

  constructor(allowance: Allowance) {
    this.#allowance = allowance;
  }

  /** How long until one more is allowed; 0 when it is. */
  waitMs(name: string): number {
    const left = this.#left(name);
    return left >= 1 ? 0 : Math.ceil((1 - left) * this.#allowance.refillMs);
  }

  /**
   * Counted when the password has turned out wrong, so that many right ones at once are no offence. Wrong ones
   * sent at once run into debt, which is paid by waiting; a limited one, or they could buy a lockout.
   */
  take(name: string): void {
    const left = Math.max(-this.#allowance.burst, this.#left(name) - 1);
    this.#levels.set(name, { left, atMs: performance.now() });
  }

  #left(name: string): number {
    const level = this.#levels.get(name);
    if (level === undefined) return this.#allowance.burst;
    const grown = (performance.now() - level.atMs) / this.#allowance.refillMs;
    return Math.min(this.#allowance.burst, level.left + grown);
  }
}

/** A map that forgets what was set longest ago once it is full. */
class Recent<TValue> {
  readonly #values = new Map<string, TValue>();

  get(name: string): TValue | undefined {
    return this.#values.get(name);
  }

  set(name: string, value: TValue): void {
    this.#values.delete(name);
    this.#values.set(name, value);
    if (this.#values.size <= REMEMBERED_MAX) return;
    const [oldest] = this.#values.keys();
    if (oldest !== undefined) this.#values.delete(oldest);
  }
}
