import { entities } from '@kinga/server/domains/markets/entities.ts';
import { closingTime, oddsOf } from '@kinga/server/domains/markets/rules.ts';
import { marketStates } from '@kinga/server/domains/markets/states.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callBy } from '../support/call.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestPlatform, type TestPlatform } from '../support/platform.ts';
import { betting, insertAccount } from './world.ts';

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

describe('markets.open', () => {
  it('opens with KES 20 as the least stake, an empty pool and version 1', async () => {
    expect(await world.newMarket({ closesAt: '2099-06-01T10:00:00+03:00' })).toMatchObject({
      closesAt: '2099-06-01T07:00:00.000Z',
      minStakeMinor: '2000',
      currency: 'KES',
      pools: { YES: '0', NO: '0' },
      odds: { YES: null, NO: null },
      version: 1,
    });
  });

  it('takes a date as 00:00 in Nairobi', () => {
    expect(closingTime('2026-12-24').toISOString()).toBe('2026-12-23T21:00:00.000Z');
    expect(closingTime('2026-12-24T12:00:00Z').toISOString()).toBe('2026-12-24T12:00:00.000Z');
  });

  it('refuses a close in the past and names the field', async () => {
    await expect(world.newMarket({ closesAt: '2020-01-01' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: [{ path: 'closesAt' }],
    });
  });

  it('opens one market per idempotency key', async () => {
    const opened = await Promise.all(
      Array.from({ length: 4 }, () => world.newMarket({ idempotencyKey: 'one-market' })),
    );
    expect(new Set(opened.map(({ id }) => id)).size).toBe(1);
  });
});

describe('markets.get and markets.list', () => {
  it('reads one, pages through all from the newest, and knows nothing of others', async () => {
    const { get, list } = world.markets.domain.handlers;
    const call = callBy(await insertAccount(platform.db));
    const opened: string[] = [];
    for (let i = 0; i < 25; i++) opened.push((await world.newMarket()).id);
    expect(await get({ id: opened[3] ?? '' }, call)).toMatchObject({ id: opened[3] });
    await expect(get({ id: 'mkt_none' }, call)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const first = await list({}, call);
    expect(first.items).toHaveLength(20);
    const second = await list(first.nextCursor === undefined ? {} : { cursor: first.nextCursor }, call);
    const ids = [...first.items, ...second.items].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => opened.includes(id)).toSorted()).toEqual(opened.toSorted());
  });
});

describe('the state of a market', () => {
  it('is found by whoever knows an older version, in one query for all', async () => {
    const states = marketStates(platform.db);
    const [quiet, busy] = [await world.newMarket(), await world.newMarket()];
    await world.bet(await world.newBettor(), busy.id);
    const known = new Map([quiet, busy].map(({ id }) => [`markets/${id}`, 1]));
    const newer = await states.newer(known);
    expect([...newer.keys()]).toEqual([`markets/${busy.id}`]);
    expect(newer.get(`markets/${busy.id}`)).toMatchObject({ version: 2, state: { pools: { YES: '2000' } } });
    expect((await states.current(`markets/${quiet.id}`))?.version).toBe(1);
    expect(await states.current('markets/mkt_none')).toBeUndefined();
  });
});

describe('odds', () => {
  it('are what the pools pay, cut off after four decimals, never as a float', () => {
    expect(oddsOf({ YES: 0n, NO: 0n })).toEqual({ YES: null, NO: null });
    expect(oddsOf({ YES: 3n, NO: 7n })).toEqual({ YES: '3.3333', NO: '1.4285' });
    fc.assert(
      fc.property(fc.bigInt(1n, 10n ** 15n), fc.bigInt(0n, 10n ** 15n), (yes, no) => {
        const odds = oddsOf({ YES: yes, NO: no }).YES ?? '';
        expect(odds).toMatch(/^\d+\.\d{4}$/);
        const scaled = BigInt(odds.replace('.', ''));
        expect(scaled * yes).toBeLessThanOrEqual((yes + no) * 10_000n);
        expect((scaled + 1n) * yes).toBeGreaterThan((yes + no) * 10_000n);
      }),
    );
  });
});
