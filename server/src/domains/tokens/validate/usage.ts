import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from '@kinga/shared/exclusions/contract.ts';
import type { Platform } from '../../../platform/context.ts';
import { actForEveryTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import type { Service } from '../../../platform/lifecycle/service.ts';

const EVERY_MS = 2_000;
/** So many tokens are written a turn: counting must not take PostgreSQL from the answering. */
const BATCH = 5_000;
/** Beyond this many different tokens not yet written, uses count for the operator only. */
const WAITING_MAX = 100_000;

interface Count {
  validated: number;
  hits: number;
}

/** The day in Nairobi. */
const TODAY = `(clock_timestamp() AT TIME ZONE 'Africa/Nairobi')::date`;

const USAGE_SQL = `
  INSERT INTO token_usage (token_id, tenant_id, day, validated, hits)
  SELECT t.id, t.tenant_id, ${TODAY}, u.validated, u.hits
  FROM unnest($1::bytea[], $2::bigint[], $3::bigint[]) AS u (hash, validated, hits)
  JOIN tokens t ON t.hash = u.hash ORDER BY t.id
  ON CONFLICT (token_id, day) DO UPDATE
  SET validated = token_usage.validated + excluded.validated, hits = token_usage.hits + excluded.hits`;

const DAILY_SQL = `
  INSERT INTO token_daily (tenant_id, day, validated, hits)
  SELECT u.tenant_id, ${TODAY}, u.validated, u.hits
  FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS u (tenant_id, validated, hits) ORDER BY u.tenant_id
  ON CONFLICT (tenant_id, day) DO UPDATE
  SET validated = token_daily.validated + excluded.validated, hits = token_daily.hits + excluded.hits`;

/** Counts how often each token is used, off the path of the answers. What is exact is the record of checks. */
export class Usage implements Service {
  readonly name = 'tokens-usage';
  readonly #platform: Platform;
  readonly #uncounted;
  readonly #tokens = new Map<string, Count>();
  #operators = new Map<string, Count>();
  #stop: AbortController | undefined;
  #running: Promise<void> | undefined;
  #isLate = false;

  constructor(platform: Platform) {
    this.#platform = platform;
    this.#uncounted = platform.metrics.counter(
      'kinga_token_uses_uncounted_total',
      'Uses that count for the operator but not for the token: too many were waiting to be written',
    );
  }

  /** `hash`: of the token, as latin1. */
  add(hash: string, operatorId: string, status: Answer): void {
    const hit = status === 'EXCLUDED' ? 1 : 0;
    count(this.#operators, operatorId, hit);
    if (this.#tokens.size < WAITING_MAX || this.#tokens.has(hash)) count(this.#tokens, hash, hit);
    else this.#uncounted.inc();
  }

  async start(): Promise<void> {
    this.#stop = new AbortController();
    this.#running = this.#run(this.#stop.signal);
  }

  async stop(): Promise<void> {
    this.#stop?.abort();
    await this.#running;
    while ((this.#tokens.size > 0 || this.#operators.size > 0) && !this.#isLate) await this.#turn();
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#turn();
      await delay(EVERY_MS, undefined, { signal }).catch(() => {});
    }
  }

  async #turn(): Promise<void> {
    if (this.#tokens.size === 0 && this.#operators.size === 0) return;
    const tokens = [...this.#tokens].slice(0, BATCH);
    for (const [hash] of tokens) this.#tokens.delete(hash);
    const operators = this.#operators;
    this.#operators = new Map();
    try {
      await this.#platform.db.transaction((tx) => write(tx, tokens, [...operators]));
      this.#isLate = false;
    } catch (error) {
      // Once for all the turns until it works again.
      if (!this.#isLate) this.#platform.log.warn({ err: error }, 'uses of tokens could not be counted yet');
      this.#isLate = true;
      for (const [hash, uses] of tokens) count(this.#tokens, hash, uses.hits, uses.validated);
      for (const [id, uses] of operators) count(this.#operators, id, uses.hits, uses.validated);
    }
  }
}

function count(counts: Map<string, Count>, name: string, hits: number, validated = 1): void {
  const known = counts.get(name);
  if (known === undefined) counts.set(name, { validated, hits });
  else {
    known.validated += validated;
    known.hits += hits;
  }
}

async function write(
  tx: Tx,
  tokens: readonly (readonly [string, Count])[],
  operators: readonly (readonly [string, Count])[],
): Promise<void> {
  await actForEveryTenant(tx);
  if (tokens.length > 0) {
    const hashes = tokens.map(([hash]) => Buffer.from(hash, 'latin1'));
    await tx.query(USAGE_SQL, [hashes, ...columns(tokens)]);
  }
  if (operators.length > 0) {
    await tx.query(DAILY_SQL, [operators.map(([id]) => id), ...columns(operators)]);
  }
}

function columns(counts: readonly (readonly [string, Count])[]): [number[], number[]] {
  return [counts.map(([, { validated }]) => validated), counts.map(([, { hits }]) => hits)];
}
