import { KingaError, notFound } from '@kinga/shared/contract/errors.ts';
import type { Outcome } from '@kinga/shared/markets/contract.ts';
import { idempotencyConflict } from '../../platform/call/idempotency.ts';
import type { Crypto } from '../../platform/crypto/crypto.ts';
import type { Database } from '../../platform/db/database.ts';
import { isRetryable } from '../../platform/db/errors.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { hintOutbox } from '../../platform/outbox/outbox.ts';
import type { Pools } from './rules.ts';

/** A bet somebody asks for, with everything its transaction needs. */
export interface AskedBet {
  /** Also the id of its ledger entry. */
  readonly betId: string;
  readonly accountId: string;
  readonly marketId: string;
  readonly outcome: Outcome;
  readonly stakeMinor: bigint;
  /** What the bettor is known by in the register. */
  readonly keys: readonly Buffer[];
  readonly claim: { readonly scope: string; readonly inputDigest: string };
  readonly requestId: string;
}

/** What stands in the books: enough for the answer, the first time and every repetition. */
export interface PlacedBet {
  readonly betId: string;
  readonly marketId: string;
  readonly outcome: Outcome;
  readonly stakeMinor: bigint;
  readonly placedAt: Date;
  readonly balanceMinor: bigint;
  readonly pools: Pools;
}

export interface Verdict {
  readonly bet: PlacedBet | KingaError;
  /** Booked by this very transaction, as against answered from an earlier one. */
  readonly isNew: boolean;
}

const REFUSALS: Readonly<Record<string, () => KingaError>> = {
  EXCLUDED: () => excluded(),
  NOT_FOUND: () => notFound('marketId', 'There is no such market'),
  MARKET_CLOSED: () => new KingaError('MARKET_CLOSED', 'The market takes no more bets'),
  STAKE_TOO_SMALL: () => new KingaError('STAKE_TOO_SMALL', 'The stake is below the market’s minimum'),
  INSUFFICIENT_FUNDS: () => new KingaError('INSUFFICIENT_FUNDS', 'The wallet holds less than the stake'),
  CONFLICT: () => idempotencyConflict(),
};

export function excluded(): KingaError {
  return new KingaError('EXCLUDED', 'This person is excluded from betting');
}

interface VerdictRow {
  readonly bet: string;
  readonly verdict: string;
  readonly stored: Buffer | null;
  readonly placed: Date;
  readonly balance: string;
  readonly yes: string;
  readonly no: string;
}

const PLACE_BETS = `
  SELECT * FROM markets_place_bets(
    ARRAY(
      SELECT ROW(asked.*)::markets_asked_bet
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[],
                    $6::text[], $7::text[], $8::bytea[], $9::text[]) AS asked),
    $10::text[], $11::bytea[])`;

export interface Books {
  readonly db: Database;
  readonly crypto: Crypto;
}

const RACES_MAX = 5;

/**
 * One statement, and so one transaction, for a group of bets of different accounts: the register under shared
 * locks first (a registration takes them exclusively), then claims, wallets, markets and the shared accounts of
 * the ledger.
 */
export async function placeBets(books: Books, asked: readonly AskedBet[]): Promise<Map<string, Verdict>> {
  const rows = await place(books, asked);
  if (rows.some((row) => row.verdict === 'PLACED')) hintOutbox(books.db);
  const byBet = new Map(rows.map((row) => [row.bet, row]));
  const replayed = await storedBets(books, rows);
  return new Map(asked.map((bet) => [bet.betId, verdictOf(bet, byBet.get(bet.betId), replayed)]));
}

async function place({ db, crypto }: Books, asked: readonly AskedBet[]): Promise<VerdictRow[]> {
  const known = asked.flatMap((bet) => bet.keys.map((key) => ({ betId: bet.betId, key })));
  const values = [
    asked.map((bet) => bet.betId),
    asked.map((bet) => bet.accountId),
    asked.map((bet) => bet.marketId),
    asked.map((bet) => bet.outcome),
    asked.map((bet) => bet.stakeMinor.toString()),
    asked.map((bet) => bet.claim.scope),
    asked.map((bet) => bet.claim.inputDigest),
    // The bet's id is the whole stored answer: everything else of it stands in its row.
    asked.map((bet) => crypto.seal(bet.betId)),
    asked.map((bet) => bet.requestId),
    known.map(({ betId }) => betId),
    known.map(({ key }) => key),
  ];
  for (let attempt = 1; ; attempt++) {
    try {
      return (await db.query<VerdictRow>(PLACE_BETS, values)).rows;
    } catch (error) {
      if (attempt >= RACES_MAX || !isRetryable(error)) throw error;
    }
  }
}

function verdictOf(
  asked: AskedBet,
  row: VerdictRow | undefined,
  replayed: ReadonlyMap<string, PlacedBet>,
): Verdict {
  if (row === undefined) throw new Error(`no verdict on bet ${asked.betId}`);
  if (row.verdict === 'REPLAY') {
    const bet = replayed.get(row.bet);
    if (bet === undefined) throw new Error(`the bet behind a stored answer is not there`);
    return { bet, isNew: false };
  }
  if (row.verdict !== 'PLACED') {
    const refusal = REFUSALS[row.verdict];
    if (refusal === undefined) throw new Error(`unknown verdict ${row.verdict}`);
    return { bet: refusal(), isNew: false };
  }
  const bet: PlacedBet = {
    betId: asked.betId,
    marketId: asked.marketId,
    outcome: asked.outcome,
    stakeMinor: asked.stakeMinor,
    placedAt: row.placed,
    balanceMinor: BigInt(row.balance),
    pools: { YES: BigInt(row.yes), NO: BigInt(row.no) },
  };
  return { bet, isNew: true };
}

/** The bets behind repeated calls, by the id that this repetition was given. */
async function storedBets(books: Books, rows: readonly VerdictRow[]): Promise<Map<string, PlacedBet>> {
  const ids = new Map<string, string>();
  for (const row of rows) {
    if (row.verdict === 'REPLAY' && row.stored !== null) ids.set(row.bet, books.crypto.open(row.stored));
  }
  if (ids.size === 0) return new Map();
  const stored = await readBets(books.db, [...ids.values()]);
  const byId = new Map(stored.map((bet) => [bet.betId, bet]));
  const answers = new Map<string, PlacedBet>();
  for (const [asked, betId] of ids) {
    const bet = byId.get(betId);
    if (bet) answers.set(asked, bet);
  }
  return answers;
}

export async function readBets(tx: Tx, betIds: readonly string[]): Promise<PlacedBet[]> {
  const { rows } = await tx.query<{
    id: string;
    market_id: string;
    outcome: Outcome;
    stake_minor: string;
    placed_at: Date;
    balance_after_minor: string;
    pool_yes_after_minor: string;
    pool_no_after_minor: string;
  }>('SELECT * FROM bets WHERE id = ANY($1)', [betIds]);
  return rows.map((row) => ({
    betId: row.id,
    marketId: row.market_id,
    outcome: row.outcome,
    stakeMinor: BigInt(row.stake_minor),
    placedAt: row.placed_at,
    balanceMinor: BigInt(row.balance_after_minor),
    pools: { YES: BigInt(row.pool_yes_after_minor), NO: BigInt(row.pool_no_after_minor) },
  }));
}
