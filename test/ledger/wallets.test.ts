import { createLedger, type Ledger } from '@kinga/server/domains/ledger/index.ts';
import type { AccountActor } from '@kinga/server/platform/call/actor.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BALANCED, insertAccount, trialBalance } from '../markets/world.ts';
import { callBy } from '../support/call.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestPlatform, type TestPlatform } from '../support/platform.ts';

let database: TestDatabase;
let platform: TestPlatform;
let wallet: Ledger['domain']['handlers'];
let admin: AccountActor;

beforeAll(async () => {
  database = await createTestDatabase();
  platform = await createTestPlatform(database);
  wallet = createLedger(platform).domain.handlers;
  admin = await insertAccount(platform.db, { role: 'admin' });
});
afterAll(async () => {
  await platform?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
});

const fund = (accountId: string, amountMinor: string, key?: string) =>
  wallet.fund({ accountId, amountMinor }, callBy(admin, { procedure: 'wallet.fund', idempotencyKey: key }));
const refusal = (code: string) => expect.objectContaining({ code });

describe('wallet.fund', () => {
  it('moves demo money by a real entry, audited, and told after the commit', async () => {
    const bettor = await insertAccount(platform.db);
    const funded = await fund(bettor.accountId, '250000');
    expect(funded).toMatchObject({
      accountId: bettor.accountId,
      balanceMinor: '250000',
      currency: 'KES',
    });
    const lines = await platform.db.query(
      'SELECT account_id, amount_minor FROM ledger_lines WHERE entry_id = $1 ORDER BY line',
      [funded.entryId],
    );
    expect(lines.rows).toEqual([
      { account_id: 'house:demo', amount_minor: '-250000' },
      { account_id: `wallet:${bettor.accountId}`, amount_minor: '250000' },
    ]);
    const events = await platform.db.query('SELECT type, data FROM outbox WHERE topic = $1', [
      `wallet/${bettor.accountId}`,
    ]);
    expect(events.rows).toEqual([
      {
        type: 'moved',
        data: {
          entryId: funded.entryId,
          purpose: 'funding',
          amountMinor: '250000',
          balanceMinor: '250000',
          currency: 'KES',
        },
      },
    ]);
    const audit = await platform.db.query('SELECT action FROM audit_log WHERE subject = $1', [
      bettor.accountId,
    ]);
    expect(audit.rows).toEqual([{ action: 'wallet.funded' }]);
  });

  it('funds bettors only: anybody else has no wallet', async () => {
    await expect(fund('acc_nobody', '100')).rejects.toEqual(refusal('NOT_FOUND'));
    await expect(fund(admin.accountId, '100')).rejects.toEqual(refusal('NOT_FOUND'));
  });

  it('keeps a wallet within bounds and names the field', async () => {
    const bettor = await insertAccount(platform.db);
    await fund(bettor.accountId, '1000000000000');
    await expect(fund(bettor.accountId, '1')).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: [{ path: 'amountMinor' }],
    });
    await expect(fund(bettor.accountId, '9999999999999999')).rejects.toEqual(refusal('INVALID_INPUT'));
  });

  it('happens once per idempotency key, also when both calls come at the same time', async () => {
    const bettor = await insertAccount(platform.db);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => fund(bettor.accountId, '700', 'same-key')),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    await expect(fund(bettor.accountId, '701', 'same-key')).rejects.toEqual(refusal('IDEMPOTENCY_CONFLICT'));
    expect(await wallet.get({}, callBy(bettor))).toMatchObject({ balanceMinor: '700' });
  });

  it('adds up when many fund many at once', async () => {
    const bettors = await Promise.all(Array.from({ length: 5 }, () => insertAccount(platform.db)));
    await Promise.all(
      Array.from({ length: 60 }, (_, i) => fund(bettors[i % 5]?.accountId ?? '', String(100 + i))),
    );
    const total = await Promise.all(bettors.map((bettor) => wallet.get({}, callBy(bettor))));
    const sum = total.reduce((all, { balanceMinor }) => all + Number(balanceMinor), 0);
    expect(sum).toBe(60 * 100 + (59 * 60) / 2);
    expect(await trialBalance(platform.db)).toEqual(BALANCED);
  });
});

describe('wallet.get', () => {
  it('is zero before the first money, one’s own by default, and anybody’s for an administrator', async () => {
    const bettor = await insertAccount(platform.db);
    const empty = { accountId: bettor.accountId, balanceMinor: '0', currency: 'KES' };
    expect(await wallet.get({}, callBy(bettor))).toEqual(empty);
    expect(await wallet.get({ accountId: bettor.accountId }, callBy(admin))).toEqual(empty);
  });

  it('says the same of another’s wallet and of none', async () => {
    const [bettor, other] = [await insertAccount(platform.db), await insertAccount(platform.db)];
    const ask = async (accountId: string) => wallet.get({ accountId }, callBy(bettor));
    const [forbidden, missing] = await Promise.allSettled([ask(other.accountId), ask('acc_none')]);
    expect(forbidden).toEqual(missing);
    expect(forbidden).toMatchObject({ reason: { code: 'NOT_FOUND' } });
    await expect(async () => wallet.get({}, callBy(admin))).rejects.toEqual(refusal('NOT_FOUND'));
  });
});
