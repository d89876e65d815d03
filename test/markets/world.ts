import { randomBytes, randomUUID } from 'node:crypto';
import { lockKeys } from '@kinga/server/domains/exclusions/register/locks.ts';
import { birthOf } from '@kinga/server/domains/identity/index.ts';
import { createLedger } from '@kinga/server/domains/ledger/index.ts';
import { createMarkets } from '@kinga/server/domains/markets/index.ts';
import type { AccountActor } from '@kinga/server/platform/call/actor.ts';
import type { Platform } from '@kinga/server/platform/context.ts';
import { newId } from '@kinga/server/platform/crypto/ids.ts';
import type { Database } from '@kinga/server/platform/db/database.ts';
import type { Tx } from '@kinga/server/platform/db/tx.ts';
import type { StateFrame } from '@kinga/server/platform/feed/source.ts';
import type { Role } from '@kinga/shared/contract/procedure.ts';
import type { Market, Outcome } from '@kinga/shared/markets/contract.ts';
import { VERSION_ONE } from '@kinga/shared/policy/version-one.ts';
import { callBy } from '../support/call.ts';

/** An account as identity would have made it, without the second that hashing a password takes. */
export async function insertAccount(
  tx: Tx,
  account: { role?: Role; keys?: readonly Buffer[] } = {},
): Promise<AccountActor> {
  const { role = 'bettor', keys = [] } = account;
  const accountId = newId('acc');
  await tx.query('INSERT INTO accounts (id, email, role, password_hash) VALUES ($1, $2, $3, $4)', [
    accountId,
    `${accountId.toLowerCase()}@example.test`,
    role,
    'none',
  ]);
  for (const key of keys) {
    await tx.query(
      `INSERT INTO account_identifiers (account_id, key, type, sealed) VALUES ($1, $2, 'nationalId', '')`,
      [accountId, key],
    );
  }
  return { kind: 'account', accountId, role, sessionId: 'ses_1', operatorId: null, expiresAt: Infinity };
}

/** What identity's `accountKeys` answers. */
export async function keysOfAccount(tx: Tx, accountId: string): Promise<{ key: Buffer }[]> {
  const { rows } = await tx.query<{ key: Buffer }>(
    'SELECT key FROM account_identifiers WHERE account_id = $1',
    [accountId],
  );
  return rows;
}

/** What the books say about themselves: all three are zero, always. */
export async function trialBalance(tx: Tx): Promise<{ accounts: string; lines: string; drifted: number }> {
  const { rows } = await tx.query<{ accounts: string; lines: string; drifted: number }>(`
    SELECT (SELECT coalesce(sum(balance_minor), 0) FROM ledger_accounts)::text AS accounts,
           (SELECT coalesce(sum(amount_minor), 0) FROM ledger_lines)::text AS lines,
           (SELECT count(*) FROM ledger_accounts AS a
             WHERE a.balance_minor <> (SELECT coalesce(sum(l.amount_minor), 0) FROM ledger_lines AS l
                                        WHERE l.account_id = a.id))::int AS drifted`);
  const [row] = rows;
  if (!row) throw new Error('no trial balance');
  return row;
}

export const BALANCED = { accounts: '0', lines: '0', drifted: 0 };

/** An exclusion in force from now on, written the way a registration writes: under the exclusive locks. */
export async function excludeNow(db: Database, key: Buffer): Promise<void> {
  await db.transaction(async (tx) => {
    await lockKeys(tx, [key], 'exclusive');
    const [person, exclusion] = [newId('per'), newId('exc')];
    await tx.query('INSERT INTO persons (id, pseudonym) VALUES ($1, $1)', [person]);
    await tx.query(
      `INSERT INTO identifiers (key, key_version, type, person_id, original)
       VALUES ($1, 1, 'phone', $2, '')`,
      [key, person],
    );
    await tx.query(
      `INSERT INTO exclusions (id, reference, source, period, starts_at, needs_review, registered_by,
                               registered_at, seq)
       VALUES ($1, $1, 'person', 'permanent', clock_timestamp(), false, 'test', clock_timestamp(),
               (SELECT count(*) + 1 FROM exclusions))`,
      [exclusion],
    );
    await tx.query('INSERT INTO exclusion_persons (person_id, exclusion_id) VALUES ($1, $2)', [
      person,
      exclusion,
    ]);
  });
}

export interface Bettor extends AccountActor {
  readonly key: Buffer;
}

/** One node's markets and wallets on a database, with people who can bet. */
export function betting(platform: Platform, seemsExcluded: (keys: Buffer[]) => boolean = () => false) {
  const published: { topic: string; frame: StateFrame }[] = [];
  const ledger = createLedger(platform);
  const markets = createMarkets(platform, {
    ledger,
    exclusions: { seemsExcluded },
    accountKeys: keysOfAccount,
    birth: (tx, accountId) => birthOf(tx, platform.crypto, accountId),
    policy: { at: () => ({ version: 1, startsAt: 0, values: VERSION_ONE }) },
    publishState: (topic, frame) => published.push({ topic, frame }),
  });
  const { open, placeBet } = markets.domain.handlers;
  const admin = insertAccount(platform.db, { role: 'admin' });
  return {
    markets,
    wallet: ledger.domain.handlers,
    published,
    async newBettor(balanceMinor = '1000000'): Promise<Bettor> {
      const key = randomBytes(16);
      const bettor = { ...(await insertAccount(platform.db, { keys: [key] })), key };
      const call = callBy(await admin, { procedure: 'wallet.fund' });
      await ledger.domain.handlers.fund({ accountId: bettor.accountId, amountMinor: balanceMinor }, call);
      return bettor;
    },
    async newMarket(
      options: { closesAt?: string; minStakeMinor?: string; idempotencyKey?: string } = {},
    ): Promise<Market> {
      const { closesAt = '2099-01-01', idempotencyKey, ...rest } = options;
      const call = callBy(await admin, { procedure: 'markets.open', idempotencyKey });
      return open({ question: 'Will it rain in Nairobi tomorrow?', closesAt, ...rest }, call);
    },
    bet(
      bettor: AccountActor,
      marketId: string,
      bet: { outcome?: Outcome; stakeMinor?: string; idempotencyKey?: string } = {},
    ) {
      const { outcome = 'YES', stakeMinor = '2000', idempotencyKey = randomUUID() } = bet;
      const call = callBy(bettor, { procedure: 'markets.placeBet', idempotencyKey });
      return Promise.resolve(placeBet({ marketId, outcome, stakeMinor }, call));
    },
  };
}
