import type { Platform } from '../../../platform/context.ts';
import { actForEveryTenant } from '../../../platform/db/tenant.ts';
import type { Service } from '../../../platform/lifecycle/service.ts';
import type { KeyAllowance, MeteredKey, Quotas } from './allowance.ts';
import { KnownAllowances } from './known-allowances.ts';
import { LatencyTeller } from './latency.ts';

const EXCHANGE_EVERY_MS = 2_000;
const LATENCY_EVERY_MS = 10_000;
const PRUNE_EVERY_MS = 60_000;
/** A nonce is worthless once its request is too old anyway; a while longer costs nothing. */
const NONCES_KEPT = '1 minute';

interface Told {
  readonly keyId: string;
  readonly allowance: KeyAllowance;
  readonly used: number;
  readonly refused: number;
}

/** What the keys have used: counted in memory, and every other second exchanged through PostgreSQL. */
export class KeyUsage implements Service {
  readonly name = 'key-usage';
  readonly #platform: Platform;
  readonly #allowances = new KnownAllowances();
  #timer: NodeJS.Timeout | undefined;
  #exchanging: Promise<void> | undefined;
  readonly #latency: LatencyTeller;
  #latencyAtMs = Number.NEGATIVE_INFINITY;
  #prunedAtMs = Number.NEGATIVE_INFINITY;

  constructor(platform: Platform) {
    this.#platform = platform;
    this.#latency = new LatencyTeller(platform.db);
  }

  /** The one of this key, with these quotas from now on. */
  allowanceOf(key: MeteredKey, quotas: Quotas): KeyAllowance {
    return this.#allowances.of(key, quotas);
  }

  async start(): Promise<void> {
    this.#timer = setInterval(() => void this.exchange(), EXCHANGE_EVERY_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#exchanging;
    this.#latencyAtMs = Number.NEGATIVE_INFINITY;
    await this.exchange();
  }

  /** Never twice at once; what could not be told now is told the next time. */
  async exchange(): Promise<void> {
    this.#exchanging ??= this.#exchange()
      .catch((error: unknown) => {
        this.#platform.log.debug({ err: error }, 'the use of the keys could not be told');
      })
      .finally(() => {
        this.#exchanging = undefined;
      });
    await this.#exchanging;
  }

  async #exchange(): Promise<void> {
    const told: Told[] = [];
    for (const [keyId, allowance] of this.#allowances) {
      const pending = allowance.pending();
      if (pending !== undefined) told.push({ keyId, allowance, ...pending });
    }
    if (told.length > 0) await this.#tell(told);
    if (performance.now() - this.#latencyAtMs >= LATENCY_EVERY_MS) {
      this.#latencyAtMs = performance.now();
      await this.#latency.tell(Array.from(this.#allowances, ([, allowance]) => allowance));
      this.#allowances.rest();
    }
    if (performance.now() - this.#prunedAtMs < PRUNE_EVERY_MS) return;
    this.#prunedAtMs = performance.now();
    await this.#platform.db.query(
      `DELETE FROM key_nonces WHERE until < statement_timestamp() - interval '${NONCES_KEPT}'`,
    );
  }

  async #tell(told: readonly Told[]): Promise<void> {
    const askedAtMs = performance.now();
    const sorted = [...told].sort((a, b) => (a.keyId < b.keyId ? -1 : 1));
    const { rows } = await this.#platform.db.transaction(async (tx) => {
      await actForEveryTenant(tx);
      await tx.query(TELL, [
        sorted.map(({ keyId }) => keyId),
        sorted.map(({ allowance }) => allowance.operatorId),
        sorted.map(({ used }) => used),
        sorted.map(({ refused }) => refused),
      ]);
      return tx.query<{ first_id: string; calls: string; left_ms: string }>(ASK, [
        [...new Set(told.map(({ allowance }) => allowance.firstId))],
      ]);
    });
    const days = new Map(rows.map((row) => [row.first_id, row]));
    for (const { allowance, used, refused } of told) {
      const day = days.get(allowance.firstId);
      if (day === undefined) continue;
      const endsAtMs = askedAtMs + Number(day.left_ms);
      allowance.exchanged({ used, refused }, { used: Number(day.calls), endsAtMs });
    }
  }
}

/** In the order of the keys, so that two nodes never wait for each other. */
const TELL = `
  INSERT INTO key_usage AS known (key_id, tenant_id, day, calls, refused, last_asked_at)
  SELECT key_id, tenant_id, (statement_timestamp() AT TIME ZONE 'Africa/Nairobi')::date, calls, refused,
         CASE WHEN calls > 0 THEN statement_timestamp() END
  FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) AS told (key_id, tenant_id, calls, refused)
  ON CONFLICT (key_id, day) DO UPDATE
    SET calls = known.calls + excluded.calls, refused = known.refused + excluded.refused,
        last_used_at = clock_timestamp(),
        last_asked_at = coalesce(excluded.last_asked_at, known.last_asked_at)`;

/** What the keys of each rotation have used today, and how long it still is today. */
const ASK = `
  WITH today AS (SELECT (statement_timestamp() AT TIME ZONE 'Africa/Nairobi')::date AS day)
  SELECT first_id,
    (SELECT coalesce(sum(u.calls), 0) FROM api_keys k JOIN key_usage u ON u.key_id = k.id AND u.day = today.day
     WHERE k.id = first_id OR k.rotated_from = first_id OR k.quota_with = first_id) AS calls,
    extract(epoch FROM (day + 1)::timestamp AT TIME ZONE 'Africa/Nairobi' - statement_timestamp()) * 1000
      AS left_ms
  FROM unnest($1::text[]) AS first_id, today`;
