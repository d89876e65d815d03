import { createLedger } from '@kinga/server/domains/ledger/index.ts';
import { HOUSE_DEMO, post } from '@kinga/server/domains/ledger/posting.ts';
import { newId } from '@kinga/server/platform/crypto/ids.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BALANCED, insertAccount, trialBalance } from '../markets/world.ts';
import { callBy } from '../support/call.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestPlatform, type TestPlatform } from '../support/platform.ts';

let database: TestDatabase;
let platform: TestPlatform;

beforeAll(async () => {
  database = await createTestDatabase();
  platform = await createTestPlatform(database);
});
afterAll(async () => {
  await platform?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
});

async function fundedWallet(amountMinor: string): Promise<string> {
  const bettor = await insertAccount(platform.db);
  const admin = await insertAccount(platform.db, { role: 'admin' });
  const { handlers } = createLedger(platform).domain;
  await handlers.fund({ accountId: bettor.accountId, amountMinor }, callBy(admin));
  return `wallet:${bettor.accountId}`;
}

describe('the ledger refuses at the commit', () => {
  it('an entry whose lines do not sum to zero', async () => {
    const wallet = await fundedWallet('5000');
    const entry = newId('ent');
    const unbalanced = platform.db.transaction(async (tx) => {
      await tx.query(`INSERT INTO ledger_entries (id, purpose) VALUES ($1, 'funding')`, [entry]);
      await tx.query(`INSERT INTO ledger_lines VALUES ($1, 1, $2, -100), ($1, 2, $3, 99)`, [
        entry,
        HOUSE_DEMO,
        wallet,
      ]);
    });
    await expect(unbalanced).rejects.toThrow(/does not balance/);
    expect((await platform.db.query('SELECT 1 FROM ledger_entries WHERE id = $1', [entry])).rowCount).toBe(0);
  });

  it('an entry without lines, or with a single one', async () => {
    const empty = platform.db.query(`INSERT INTO ledger_entries (id, purpose) VALUES ($1, 'stake')`, [
      newId('ent'),
    ]);
    await expect(empty).rejects.toThrow(/does not balance: 0 lines/);
    const wallet = await fundedWallet('5000');
    const single = platform.db.transaction(async (tx) => {
      const entry = newId('ent');
      await tx.query(`INSERT INTO ledger_entries (id, purpose) VALUES ($1, 'stake')`, [entry]);
      await tx.query('INSERT INTO ledger_lines VALUES ($1, 1, $2, 100)', [entry, wallet]);
    });
    await expect(single).rejects.toThrow(/does not balance: 1 lines/);
  });

  it('a line added later to an entry that was balanced', async () => {
    const wallet = await fundedWallet('5000');
    const late = platform.db.query(
      `INSERT INTO ledger_lines SELECT entry_id, 3, account_id, 1 FROM ledger_lines WHERE account_id = $1`,
      [wallet],
    );
    await expect(late).rejects.toThrow(/does not balance: 3 lines/);
  });

  it('an amount of nothing, and a wallet below zero', async () => {
    const wallet = await fundedWallet('5000');
    const transfer = { entryId: newId('ent'), purpose: 'stake', source: wallet, target: HOUSE_DEMO } as const;
    const nothing = platform.db.transaction((tx) => post(tx, [{ ...transfer, amountMinor: 0n }]));
    await expect(nothing).rejects.toThrow(/amount_minor/);
    const overdraft = platform.db.transaction((tx) => post(tx, [{ ...transfer, amountMinor: 5001n }]));
    await expect(overdraft).rejects.toThrow(/ledger_accounts_covered/);
  });
});

describe('what was posted stays', () => {
  it.each(['ledger_entries', 'ledger_lines'])(
    '%s cannot be changed, not even by its owner',
    async (table) => {
      await fundedWallet('5000');
      for (const statement of [
        `UPDATE ${table} SET ctid = ctid`,
        `DELETE FROM ${table}`,
        `TRUNCATE ${table} CASCADE`,
      ]) {
        await expect(platform.db.query(statement)).rejects.toThrow();
      }
      await expect(platform.db.query(`DELETE FROM ${table}`)).rejects.toThrow(/permission denied/);
      await expect(database.pool.query(`DELETE FROM ${table}`)).rejects.toThrow(/append-only/);
      await expect(database.pool.query(`TRUNCATE ${table} CASCADE`)).rejects.toThrow(/append-only/);
    },
  );

  it('an entry id is posted once', async () => {
    const wallet = await fundedWallet('5000');
    const transfer = {
      entryId: newId('ent'),
      purpose: 'stake',
      source: wallet,
      target: HOUSE_DEMO,
      amountMinor: 100n,
    } as const;
    await platform.db.transaction((tx) => post(tx, [transfer]));
    await expect(platform.db.transaction((tx) => post(tx, [transfer]))).rejects.toThrow(/duplicate key/);
    expect(await trialBalance(platform.db)).toEqual(BALANCED);
  });
});
