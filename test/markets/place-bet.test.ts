import { entities } from '@kinga/server/domains/markets/entities.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callBy } from '../support/call.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestPlatform, type TestPlatform } from '../support/platform.ts';
import { probe } from '../support/probe.ts';
import { BALANCED, betting, excludeNow, trialBalance } from './world.ts';

let database: TestDatabase;
let platform: TestPlatform;
let world: ReturnType<typeof betting>;

beforeAll(async () => {
  database = await createTestDatabase();
  platform = await createTestPlatform(database, { entities });
  world = betting(platform);
});
afterAll(async () => {
  await platform?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
});

const refused = (code: string) => expect.objectContaining({ code });

describe('a bet', () => {
  it('moves the stake from the wallet into the pool, and answers with both', async () => {
    const [market, bettor] = [await world.newMarket(), await world.newBettor('10000')];
    const bet = await world.bet(bettor, market.id, { outcome: 'NO', stakeMinor: '2500' });
    expect(bet).toMatchObject({
      marketId: market.id,
      outcome: 'NO',
      stakeMinor: '2500',
      currency: 'KES',
      balanceMinor: '7500',
      pools: { YES: '0', NO: '2500' },
      odds: { YES: null, NO: '1.0000' },
    });
    const accounts = await platform.db.query(
      'SELECT kind, balance_minor FROM ledger_accounts WHERE owner_id = ANY($1) ORDER BY kind',
      [[market.id, bettor.accountId]],
    );
    expect(accounts.rows).toEqual([
      { kind: 'pool', balance_minor: '2500' },
      { kind: 'wallet', balance_minor: '7500' },
    ]);
    const audit = await platform.db.query('SELECT actor, action FROM audit_log WHERE subject = $1', [
      bet.betId,
    ]);
    expect(audit.rows).toEqual([{ actor: `account:${bettor.accountId}`, action: 'bet.placed' }]);
    const events = await platform.db.query(
      `SELECT data FROM outbox WHERE topic = $1 ORDER BY id DESC LIMIT 1`,
      [`wallet/${bettor.accountId}`],
    );
    expect(events.rows[0]).toMatchObject({
      data: { purpose: 'stake', amountMinor: '-2500', balanceMinor: '7500', currency: 'KES' },
    });
  });

  it('is told on the market’s topic with the whole state under a higher version', async () => {
    const [market, bettor] = [await world.newMarket(), await world.newBettor()];
    await world.bet(bettor, market.id, { outcome: 'YES', stakeMinor: '3000' });
    await world.bet(bettor, market.id, { outcome: 'NO', stakeMinor: '6000' });
    const last = () => world.published.findLast(({ topic }) => topic === `markets/${market.id}`)?.frame;
    await probe(() => (last()?.version ?? 0) >= 3);
    expect(last()?.state).toMatchObject({
      id: market.id,
      pools: { YES: '3000', NO: '6000' },
      odds: { YES: '3.0000', NO: '1.5000' },
      version: last()?.version,
    });
  });

  it('is refused by name, and a refusal changes nothing and may be tried again with its key', async () => {
    const [market, bettor] = [await world.newMarket(), await world.newBettor('5000')];
    await expect(world.bet(bettor, 'mkt_none')).rejects.toEqual(refused('NOT_FOUND'));
    await expect(world.bet(bettor, market.id, { stakeMinor: '1999' })).rejects.toEqual(
      refused('STAKE_TOO_SMALL'),
    );
    const key = { idempotencyKey: 'again' };
    await expect(world.bet(bettor, market.id, { ...key, stakeMinor: '5001' })).rejects.toEqual(
      refused('INSUFFICIENT_FUNDS'),
    );
    expect(await world.bet(bettor, market.id, { ...key, stakeMinor: '5000' })).toMatchObject({
      balanceMinor: '0',
    });
  });

  it('is refused after the close by the database’s clock, whatever this node’s clock says', async () => {
    const [market, bettor] = [await world.newMarket(), await world.newBettor()];
    await platform.db.query(`UPDATE markets SET closes_at = clock_timestamp() WHERE id = $1`, [market.id]);
    await expect(world.bet(bettor, market.id)).rejects.toEqual(refused('MARKET_CLOSED'));
  });

  it('is judged by the time it gets the market, not by the time it was sent', async () => {
    const [market, bettor] = [await world.newMarket(), await world.newBettor()];
    const holder = await database.pool.connect();
    await holder.query('BEGIN');
    await holder.query('UPDATE markets SET closes_at = clock_timestamp() WHERE id = $1', [market.id]);
    const isRefused = expect(world.bet(bettor, market.id)).rejects.toEqual(refused('MARKET_CLOSED'));
    await probe(async () => {
      const waiting = await database.pool.query(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return waiting.rowCount === 1;
    });
    await holder.query('COMMIT');
    holder.release();
    await isRefused;
  });

  it('needs the higher minimum when the market asks for one', async () => {
    const [market, bettor] = [await world.newMarket({ minStakeMinor: '50000' }), await world.newBettor()];
    await expect(world.bet(bettor, market.id, { stakeMinor: '49999' })).rejects.toEqual(
      refused('STAKE_TOO_SMALL'),
    );
    expect(await world.bet(bettor, market.id, { stakeMinor: '50000' })).toMatchObject({
      stakeMinor: '50000',
    });
  });
});

describe('a repeated bet', () => {
  it('is placed once and answered with the identical text, also when all come at once', async () => {
    const [market, bettor] = [await world.newMarket(), await world.newBettor('9000')];
    const once = { idempotencyKey: 'once', stakeMinor: '4000' };
    const answers = await Promise.all(Array.from({ length: 10 }, () => world.bet(bettor, market.id, once)));
    await world.bet(await world.newBettor(), market.id);
    answers.push(await world.bet(bettor, market.id, once));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await world.wallet.get({}, callBy(bettor))).toMatchObject({
      balanceMinor: '5000',
    });
  });

  it('with another input is a conflict', async () => {
    const [market, bettor] = [await world.newMarket(), await world.newBettor()];
    await world.bet(bettor, market.id, { idempotencyKey: 'k', stakeMinor: '2000' });
    await expect(world.bet(bettor, market.id, { idempotencyKey: 'k', stakeMinor: '2001' })).rejects.toEqual(
      refused('IDEMPOTENCY_CONFLICT'),
    );
  });

  it('may use a key again after a day', async () => {
    const [market, bettor] = [await world.newMarket(), await world.newBettor()];
    const first = await world.bet(bettor, market.id, { idempotencyKey: 'daily' });
    await platform.db.query(`UPDATE idempotency_keys SET created_at = created_at - interval '25 hours'`);
    const second = await world.bet(bettor, market.id, { idempotencyKey: 'daily' });
    expect(second.betId).not.toBe(first.betId);
  });
});

describe('fifty bettors on one market at once', () => {
  it('are all booked, and the pools, the ledger and every answer agree', async () => {
    const market = await world.newMarket();
    const bettors = await Promise.all(Array.from({ length: 50 }, () => world.newBettor('8000')));
    const bets = await Promise.allSettled(
      bettors.flatMap((bettor, i) =>
        [0, 1, 2, 3, 4].map(() => world.bet(bettor, market.id, { outcome: i % 2 ? 'YES' : 'NO' })),
      ),
    );
    expect(bets.filter((bet) => bet.status === 'fulfilled')).toHaveLength(200);
    for (const bet of bets) {
      if (bet.status === 'rejected') expect(bet.reason).toEqual(refused('INSUFFICIENT_FUNDS'));
    }
    const state = await platform.db.query('SELECT pool_yes_minor, pool_no_minor FROM markets WHERE id = $1', [
      market.id,
    ]);
    expect(state.rows).toEqual([{ pool_yes_minor: '200000', pool_no_minor: '200000' }]);
    const pool = await platform.db.query('SELECT balance_minor FROM ledger_accounts WHERE owner_id = $1', [
      market.id,
    ]);
    expect(pool.rows).toEqual([{ balance_minor: '400000' }]);
    expect(await trialBalance(platform.db)).toEqual(BALANCED);
  });

  it('an excluded one among them is refused alone', async () => {
    const market = await world.newMarket();
    const bettors = await Promise.all(Array.from({ length: 12 }, () => world.newBettor()));
    await excludeNow(platform.db, bettors[5]?.key ?? Buffer.alloc(16));
    const bets = await Promise.allSettled(bettors.map((bettor) => world.bet(bettor, market.id)));
    expect(bets.map((bet) => bet.status).filter((status) => status === 'rejected')).toHaveLength(1);
    expect(bets[5]).toMatchObject({ reason: { code: 'EXCLUDED' } });
  });
});
