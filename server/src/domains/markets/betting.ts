import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { Outcome } from '@kinga/shared/markets/contract.ts';
import type { Call } from '../../platform/call/handler.ts';
import { type Claim, claimOf, idempotencyConflict } from '../../platform/call/idempotency.ts';
import type { Platform } from '../../platform/context.ts';
import { newId } from '../../platform/crypto/ids.ts';
import type { Tx } from '../../platform/db/tx.ts';
import type { Policy } from '../policy/index.ts';
import { isYoungerThan } from './age.ts';
import { BetQueue } from './bet-queue.ts';
import { excluded, type PlacedBet, placeBets, readBets } from './bets.ts';
import { type KnownBettor, KnownBettors } from './known-bettors.ts';
import { poolsOnWire } from './rules.ts';

export interface BettingDependencies {
  readonly exclusions: {
    /** From memory: the fast refusal. The authority is asked by the bet's own statement. */
    seemsExcluded(keys: Buffer[]): boolean;
  };
  readonly accountKeys: (tx: Tx, accountId: string) => Promise<readonly { readonly key: Buffer }[]>;
  /** Of an account; today and now by the database's clock. */
  readonly birth: (
    tx: Tx,
    accountId: string,
  ) => Promise<{ readonly dateOfBirth: string | null; readonly today: string; readonly nowMs: number }>;
  readonly policy: Pick<Policy, 'at'>;
}

interface Asked {
  readonly marketId: string;
  readonly outcome: Outcome;
  readonly stakeMinor: string;
}

/** Takes bets, one call at a time from many people at once. */
export class Betting {
  readonly #platform: Platform;
  readonly #dependencies: BettingDependencies;
  readonly #queue: BetQueue;
  readonly #bettors: KnownBettors;
  readonly #placed: (marketId: string) => void;
  #betsPlaced = 0;

  constructor(platform: Platform, dependencies: BettingDependencies, placed: (marketId: string) => void) {
    this.#platform = platform;
    this.#dependencies = dependencies;
    this.#placed = placed;
    const books = { db: platform.db, crypto: platform.crypto };
    this.#queue = new BetQueue((bets) => placeBets(books, bets));
    this.#bettors = new KnownBettors((accountId) => this.#read(accountId));
  }

  /** Bets this node has booked since it started. */
  get betsPlaced(): number {
    return this.#betsPlaced;
  }

  async place(input: Asked, call: Call) {
    if (call.actor.kind !== 'account') throw new KingaError('FORBIDDEN', 'Only a bettor places bets');
    const { accountId } = call.actor;
    const claim = claimOf(this.#platform.crypto, call, input);
    if (claim === undefined) throw new KingaError('INVALID_INPUT', 'An idempotency key is required');
    const { keys, isUnderage } = await this.#bettors.of(accountId);
    if (keys.length > 0 && this.#dependencies.exclusions.seemsExcluded([...keys])) {
      return answerOf(await this.#placedBefore(claim, excluded()));
    }
    if (isUnderage) return answerOf(await this.#placedBefore(claim, underage()));
    if (this.#queue.isFull) throw new KingaError('UNAVAILABLE', 'Too many bets are waiting');
    const { bet, isNew } = await this.#queue.place({
      betId: newId('bet'),
      accountId,
      marketId: input.marketId,
      outcome: input.outcome,
      stakeMinor: BigInt(input.stakeMinor),
      keys,
      claim,
      requestId: call.requestId,
    });
    if (bet instanceof KingaError) throw bet;
    if (isNew) {
      this.#betsPlaced++;
      this.#placed(bet.marketId);
    }
    return answerOf(bet);
  }

  async #read(accountId: string): Promise<KnownBettor> {
    const { accountKeys, birth, policy } = this.#dependencies;
    const { db } = this.#platform;
    const [keys, { dateOfBirth, today, nowMs }] = await Promise.all([
      accountKeys(db, accountId),
      birth(db, accountId),
    ]);
    const { years } = policy.at(nowMs).values.minimumAge;
    const isUnderage = dateOfBirth !== null && isYoungerThan(years, dateOfBirth, today);
    return { keys: keys.map(({ key }) => key), isUnderage };
  }

  /** Whoever may not bet now still gets the answer of a bet that was placed before. */
  async #placedBefore(claim: Claim, refusal: KingaError): Promise<PlacedBet> {
    const { db, crypto } = this.#platform;
    const { rows } = await db.query<{ input_digest: string; output: Buffer | null }>(
      `SELECT input_digest, output FROM idempotency_keys
        WHERE scope = $1 AND created_at >= statement_timestamp() - interval '24 hours'`,
      [claim.scope],
    );
    const [row] = rows;
    if (row === undefined || row.output === null) throw refusal;
    if (row.input_digest !== claim.inputDigest) throw idempotencyConflict();
    const [bet] = await readBets(db, [crypto.open(row.output)]);
    if (bet === undefined) throw refusal;
    return bet;
  }
}

function underage(): KingaError {
  return new KingaError('UNDERAGE', 'This person is too young to bet');
}

function answerOf(bet: PlacedBet) {
  return {
    betId: bet.betId,
    marketId: bet.marketId,
    outcome: bet.outcome,
    stakeMinor: bet.stakeMinor.toString(),
    currency: 'KES' as const,
    placedAt: bet.placedAt.toISOString(),
    balanceMinor: bet.balanceMinor.toString(),
    ...poolsOnWire(bet.pools),
  };
}
