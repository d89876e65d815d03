import { randomUUID } from 'node:crypto';
import type pg from 'pg';

/** The tables somebody would make for betting and nothing else: no rules, no keys to other tables, no audit. */
export const CREATE_BASELINE = `
  CREATE SCHEMA IF NOT EXISTS bench;
  CREATE TABLE IF NOT EXISTS bench.wallets (
    id text PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0)) WITH (fillfactor = 50);
  CREATE TABLE IF NOT EXISTS bench.markets (
    id text PRIMARY KEY, yes bigint NOT NULL, no bigint NOT NULL, version bigint NOT NULL,
    closes_at timestamptz NOT NULL) WITH (fillfactor = 50);
  CREATE TABLE IF NOT EXISTS bench.entries (id text PRIMARY KEY, at timestamptz DEFAULT clock_timestamp());
  CREATE TABLE IF NOT EXISTS bench.lines (
    entry text, line int, account text, amount bigint, PRIMARY KEY (entry, line));
  CREATE TABLE IF NOT EXISTS bench.bets (
    id text PRIMARY KEY, market text, account text, outcome text, stake bigint,
    at timestamptz DEFAULT clock_timestamp())`;

/** $1 account, $2 market, $3 stake, $4 entry, $5 bet: one round trip, one commit. */
export const ONE_BET = `
  WITH paid AS (
    UPDATE bench.wallets SET balance = balance - $3 WHERE id = $1 AND balance >= $3 RETURNING balance
  ), market AS (
    UPDATE bench.markets SET yes = yes + $3, version = version + 1
     WHERE id = $2 AND closes_at > clock_timestamp() AND EXISTS (SELECT FROM paid) RETURNING yes, no
  ), pool AS (
    UPDATE bench.wallets SET balance = balance + $3 WHERE id = $2 AND EXISTS (SELECT FROM market)
  ), entry AS (
    INSERT INTO bench.entries (id) SELECT $4 FROM market
  ), lines AS (
    INSERT INTO bench.lines
    SELECT $4, 1, $1, -$3::bigint FROM market UNION ALL SELECT $4, 2, $2, $3::bigint FROM market
  ), bet AS (
    INSERT INTO bench.bets (id, market, account, outcome, stake) SELECT $5, $2, $1, 'YES', $3 FROM market
  )
  SELECT balance, yes, no FROM paid, market`;

export async function openBaselineMarket(pool: pg.Pool, accounts: readonly string[]): Promise<string> {
  const id = randomUUID();
  await pool.query(`INSERT INTO bench.markets VALUES ($1, 0, 0, 1, '2099-01-01')`, [id]);
  await pool.query(
    `INSERT INTO bench.wallets SELECT account, 1000000000000 FROM unnest($1::text[]) AS account
     UNION ALL SELECT $2, 0
     ON CONFLICT (id) DO UPDATE SET balance = excluded.balance`,
    [accounts, id],
  );
  return id;
}
