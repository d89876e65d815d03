import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { KeyActor } from '../../../platform/call/actor.ts';
import type { Credentials } from '../../../platform/call/authenticator.ts';
import { RateLimit } from '../../../platform/call/rate-limit.ts';
import type { Platform } from '../../../platform/context.ts';
import { actForEveryTenant } from '../../../platform/db/tenant.ts';
import type { Revocations } from '../../../platform/revocations/revocations.ts';
import { KeyEnds } from './key-ends.ts';
import { isWellFormed } from './key-format.ts';
import { KeyRefusals } from './refusals.ts';
import { GOOD_KEYS, type KnownKey, knownKeyOf, type TermsRow } from './row.ts';
import { verifyProof } from './signatures.ts';
import type { KeyUsage } from './usage.ts';

/** Keys known to be good, per node. */
const CACHED_MAX = 10_000;
/** Keys this node does not know, from one address: a good one is asked about once, made-up ones for ever. */
const UNKNOWN = { burst: 100, perSecond: 10 } as const;

/** How a key came: where from, and how it was signed. */
export type Presented = Pick<Credentials, 'address' | 'addressKey' | 'proof'>;

/** Recognises keys: from memory, as long as this node hears of what changes. */
export class KnownKeys {
  readonly #platform: Platform;
  readonly #revocations: Revocations;
  readonly #usage: KeyUsage;
  readonly #refusals: KeyRefusals;
  readonly #unknown = new RateLimit(UNKNOWN);
  readonly #ends = new KeyEnds();
  readonly #good = new Map<string, KnownKey>();
  readonly #reading = new Map<string, Promise<KnownKey>>();
  /** Raised by each change that is heard of: what was read before it may not be so any more. */
  #changes = 0;

  constructor(platform: Platform, parts: { revocations: Revocations; usage: KeyUsage }) {
    this.#platform = platform;
    this.#revocations = parts.revocations;
    this.#usage = parts.usage;
    this.#refusals = new KeyRefusals(platform);
    parts.revocations.onRevoked(({ kind, id }) => {
      if (kind === 'operator') this.#forget(({ operatorId }) => operatorId === id);
      else if (kind !== 'session') this.#forget(({ keyId }) => keyId === id);
    });
    // A key issued after the backup is no key any more.
    parts.revocations.onRestored(() => this.#forget(() => true));
  }

  /** Throws UNAUTHENTICATED when the key is not good, or not in this way. */
  async authenticate(apiKey: string, presented: Presented): Promise<KeyActor> {
    if (!isWellFormed(apiKey)) throw badKey();
    const known = await this.#known(digestOf(this.#platform, apiKey), presented.addressKey);
    const { actor, publicKey } = known;
    this.#checkAddress(known, presented.address);
    if (publicKey !== undefined) {
      try {
        await verifyProof(this.#platform.db, { keyId: actor.keyId, publicKey }, presented.proof);
      } catch (error) {
        if (error instanceof KingaError) this.#refusals.note(actor.keyId, 'signature');
        throw error;
      }
    }
    actor.allowance.touch();
    return actor;
  }

  /** What a socket of this key may do by its present terms; the same refusals. */
  async again(keyId: string, address: string): Promise<KeyActor> {
    const known = await this.#readOnce(keyId);
    this.#checkAddress(known, address);
    return known.actor;
  }

  /** A key may have a thousand sockets, which all ask at once: one answer, not older than the last change. */
  #readOnce(keyId: string): Promise<KnownKey> {
    const reading =
      this.#reading.get(keyId) ??
      this.#read('k.id', keyId).finally(() => {
        this.#reading.delete(keyId);
      });
    this.#reading.set(keyId, reading);
    return reading;
  }

  #checkAddress({ actor, allowed }: KnownKey, address: string | undefined): void {
    if (allowed === undefined || (address !== undefined && allowed.has(address))) return;
    this.#refusals.note(actor.keyId, 'address');
    // Not told from a key that does not exist: whoever stole it need not know that they have something.
    throw badKey();
  }

  /**
   * A key that is not known here is looked up before it is refused, so that a new one is good on every node at
   * once; so is a known one while this node cannot tell whether it has heard of every revocation.
   */
  async #known(digest: string, addressKey: string | undefined): Promise<KnownKey> {
    const known = this.#good.get(digest);
    if (known === undefined) this.#spendUnknown(addressKey);
    if (known !== undefined && this.#revocations.isFresh()) {
      if (!hasEnded(known)) return known;
      this.#good.delete(digest);
      throw badKey();
    }
    return await this.#read('k.key_digest', digest);
  }

  /** PostgreSQL is not asked about more than an address may be wrong. */
  #spendUnknown(addressKey: string | undefined): void {
    if (addressKey === undefined) return;
    const retryAfterMs = this.#unknown.take(addressKey, 1, performance.now());
    if (retryAfterMs === 0) return;
    throw new KingaError('RATE_LIMITED', 'Too many unknown keys from this address', { retryAfterMs });
  }

  async #read(column: 'k.id' | 'k.key_digest', value: string): Promise<KnownKey> {
    for (;;) {
      const changes = this.#changes;
      const askedAtMs = performance.now();
      const row = await this.#row(column, value);
      // It may have been revoked, and its revocation heard, while the answer was on its way.
      if (row === undefined || this.#revocations.isRevoked('key', row.id)) throw badKey();
      if (changes !== this.#changes) continue;
      const quotas = {
        perSecond: row.quota_per_second,
        perDay: row.quota_per_day === null ? null : Number(row.quota_per_day),
      };
      const { id: keyId, tenant_id: operatorId, environment } = row;
      const key = { keyId, firstId: row.quota_with ?? row.rotated_from ?? keyId, operatorId, environment };
      const allowance = this.#usage.allowanceOf(key, quotas);
      const known = knownKeyOf(row, allowance, this.#endOf(row, askedAtMs));
      // Its sockets have been told already, though the database gives it a moment more.
      if (hasEnded(known)) throw badKey();
      // In the same turn as the question whether anything has changed.
      if (column === 'k.key_digest') this.#remember(value, known);
      return known;
    }
  }

  #endOf({ id, expires_at, left_ms }: TermsRow, askedAtMs: number): number | undefined {
    if (expires_at === null || left_ms === null) return undefined;
    return this.#ends.of(id, expires_at, Number(left_ms), askedAtMs);
  }

  async #row(column: 'k.id' | 'k.key_digest', value: string): Promise<TermsRow | undefined> {
    return this.#platform.db.transaction(async (tx) => {
      await actForEveryTenant(tx);
      const { rows } = await tx.query<TermsRow>(`${GOOD_KEYS} AND ${column} = $1`, [value]);
      return rows[0];
    });
  }

  #remember(digest: string, known: KnownKey): void {
    if (this.#good.size >= CACHED_MAX) {
      const [oldest] = this.#good.keys();
      if (oldest !== undefined) this.#good.delete(oldest);
    }
    this.#good.set(digest, known);
  }

  #forget(isMeant: (actor: KeyActor) => boolean): void {
    this.#changes++;
    for (const [digest, { actor }] of this.#good) {
      if (!isMeant(actor)) continue;
      actor.stale = true;
      this.#good.delete(digest);
    }
  }
}

export function digestOf({ crypto }: Platform, apiKey: string): string {
  return crypto.digest('api-key', apiKey);
}

function hasEnded({ actor: { endsAt } }: KnownKey): boolean {
  return endsAt !== undefined && performance.now() >= endsAt;
}

function badKey(): KingaError {
  return new KingaError('UNAUTHENTICATED', 'The API key is not valid, or no longer');
}
