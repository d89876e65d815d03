import { randomUUID } from 'node:crypto';
import { isYoungerThan } from '@kinga/server/domains/markets/age.ts';
import { VERSION_ONE } from '@kinga/shared/policy/version-one.ts';
import { expect, test } from 'vitest';
import type { SignedIn } from '../support/accounts.ts';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { probe } from '../support/probe.ts';

/** The day in Kenya so many years ago, and so many days after. */
async function birthday(hub: TestHub, years: number, days = 0): Promise<string> {
  const { rows } = await hub.database.pool.query<{ day: string }>(
    `SELECT to_char((now() AT TIME ZONE 'Africa/Nairobi') - make_interval(years => $1) + make_interval(days => $2),
                    'YYYY-MM-DD') AS day`,
    [years, days],
  );
  return rows[0]!.day;
}

test('nobody of whom it is known that they are too young places a bet; what they were answered before stays', async () => {
  await using hub = await startTestHub();
  const { token } = await hub.admin();
  const opening = { question: 'Will it rain?', closesAt: '2099-01-01' };
  const market = ok((await hub.http('markets.open', opening, { token })).body);
  const funded = async (dateOfBirth?: string): Promise<SignedIn> => {
    const bettor = await hub.bettor();
    const funding = { accountId: bettor.account.id, amountMinor: '100000' };
    ok((await hub.http('wallet.fund', funding, { token })).body);
    if (dateOfBirth !== undefined) await born(bettor, dateOfBirth);
    return bettor;
  };
  const born = async (bettor: SignedIn, dateOfBirth: string) =>
    ok((await hub.http('identity.updateProfile', { dateOfBirth }, { token: bettor.token })).body);
  const bet = async (bettor: SignedIn, key: string = randomUUID()) => {
    const stake = { marketId: market.id, outcome: 'YES', stakeMinor: '2000' };
    const headers = { 'idempotency-key': key };
    return (await hub.http('markets.placeBet', stake, { token: bettor.token, headers })).body;
  };
  const { years } = VERSION_ONE.minimumAge;
  expect(refused(await bet(await funded(await birthday(hub, years, 2)))).code).toBe('UNDERAGE');
  ok(await bet(await funded(await birthday(hub, years, -2))));
  const unknown = await funded();
  const key = randomUUID();
  const placed = ok(await bet(unknown, key));
  await born(unknown, await birthday(hub, years, 2));
  // What is known of somebody is believed for five seconds.
  const isRefused = async () => {
    const answer = await bet(unknown);
    return !answer.ok && answer.error.code === 'UNDERAGE';
  };
  await probe(isRefused);
  expect(ok(await bet(unknown, key)).betId).toBe(placed.betId);
});

test('a birthday counts from its first moment, a 29 February from 1 March', () => {
  expect(isYoungerThan(18, '2008-11-20', '2026-11-19')).toBe(true);
  expect(isYoungerThan(18, '2008-11-20', '2026-11-20')).toBe(false);
  expect(isYoungerThan(18, '2008-02-29', '2026-02-28')).toBe(true);
  expect(isYoungerThan(18, '2008-02-29', '2026-03-01')).toBe(false);
  expect(isYoungerThan(21, '2008-11-20', '2026-11-20')).toBe(true);
});
