import { randomUUID } from 'node:crypto';
import { KingaError } from '@kinga/shared/contract/errors.ts';
import { isPersonal, SCOPES } from '@kinga/shared/contract/procedure.ts';
import type { Account } from '@kinga/shared/identity/contract.ts';
import type { Exclusions } from './domains/exclusions/index.ts';
import type { Identity } from './domains/identity/index.ts';
import type { Ledger } from './domains/ledger/index.ts';
import type { Markets } from './domains/markets/index.ts';
import type { Operators } from './domains/operators/index.ts';
import type { Tokens } from './domains/tokens/index.ts';
import type { AccountActor, Actor } from './platform/call/actor.ts';
import type { Call } from './platform/call/handler.ts';
import type { Platform } from './platform/context.ts';
import { ADVISORY_LOCKS } from './platform/db/advisory-locks.ts';

/** What `npm start` prints in demo mode. */
export interface DemoReport {
  readonly accounts: readonly { readonly role: string; readonly email: string; readonly password: string }[];
  readonly operatorName: string;
  readonly apiKey: string;
  /** Talks to the sandbox's test persons only. */
  readonly sandboxKey: string;
}

export interface DemoDomains {
  readonly identity: Identity;
  readonly operators: Operators;
  readonly exclusions: Exclusions;
  readonly ledger: Ledger;
  readonly markets: Markets;
  readonly tokens: Tokens;
}

/** Nodes that start at once on one database: the second finds what the first has made. */
const DEMO_LOCK = ADVISORY_LOCKS.demo;
const OPERATOR_NAME = 'Simba Bets (demo)';
const DAY_MS = 86_400_000;

/**
 * Sample data through the same handlers that clients call. Made once; an interrupted attempt is continued.
 * Demo mode listens on loopback only, which is why its passwords may be known.
 */
export async function seedDemo(platform: Platform, domains: DemoDomains): Promise<DemoReport> {
  const known = await readReport(platform);
  if (known) return known;
  const lock = await platform.db.pool.connect();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [DEMO_LOCK]);
    return (await readReport(platform)) ?? (await makeDemo(platform, domains));
  } finally {
    await lock.query('SELECT pg_advisory_unlock($1)', [DEMO_LOCK]).catch(() => {});
    lock.release();
  }
}

async function readReport(platform: Platform): Promise<DemoReport | undefined> {
  const { rows } = await platform.db.query<{ report: Buffer }>('SELECT report FROM demo_report');
  return rows[0] === undefined ? undefined : (JSON.parse(platform.crypto.open(rows[0].report)) as DemoReport);
}

/** The accounts that are printed; of those without a phone here nobody is excluded or bets. */
const PEOPLE = [
  { role: 'admin', email: 'admin@kinga.example', password: 'demo-administrator' },
  { role: 'regulator', email: 'regulator@kinga.example', password: 'demo-regulator' },
  { role: 'bettor', email: 'wanjiku@kinga.example', password: 'demo-bettor-1' },
  { role: 'bettor', email: 'otieno@kinga.example', password: 'demo-bettor-2' },
  { role: 'citizen', email: 'achieng@kinga.example', password: 'demo-citizen-1' },
] as const;
const STAFF = { role: 'operator', email: 'staff@simba.example', password: 'demo-operator' } as const;

async function makeDemo(platform: Platform, domains: DemoDomains): Promise<DemoReport> {
  const created: Account[] = [];
  for (const [i, account] of PEOPLE.entries()) {
    // A range that test/fixtures does not use: whoever imports generated people must not exclude these.
    const phone = { type: 'phone' as const, value: `01000000${String(i).padStart(2, '0')}` };
    const identifiers = isPersonal(account.role) ? [phone] : [];
    created.push(await accountOf(platform, domains, { ...account, identifiers }));
  }
  const administrator = actorOf(created[0]);
  const bettors = created.filter(({ role }) => role === 'bettor');
  await makeMarkets(platform, domains, { administrator, bettors });
  await makeExclusions(platform, domains, administrator);
  const operator = await makeOperator(domains, callOf(platform, administrator, 'operators.create'));
  await accountOf(platform, domains, { ...STAFF, operatorId: operator.id });
  await mapCustomers(platform, domains, operator.apiKey);
  const accounts = [...PEOPLE, STAFF];
  const { apiKey, sandboxKey } = operator;
  const report: DemoReport = { accounts, operatorName: OPERATOR_NAME, apiKey, sandboxKey };
  await platform.db.query('INSERT INTO demo_report (report) VALUES ($1) ON CONFLICT DO NOTHING', [
    platform.crypto.seal(JSON.stringify(report)),
  ]);
  return report;
}

type NewAccount = Parameters<Identity['createAccount']>[0];

async function accountOf(platform: Platform, { identity }: DemoDomains, input: NewAccount): Promise<Account> {
  try {
    return await identity.createAccount(input, { actor: 'system' });
  } catch (error) {
    if (!(error instanceof KingaError) || error.code !== 'CONFLICT') throw error;
    const { rows } = await platform.db.query<Account>(
      'SELECT id, email, role, operator_id AS "operatorId" FROM accounts WHERE email = $1',
      [input.email],
    );
    if (rows[0] === undefined) throw error;
    return rows[0];
  }
}

function actorOf(account: Account | undefined): AccountActor {
  if (account === undefined) throw new Error('the demo has no administrator');
  const { id: accountId, role, operatorId } = account;
  return { kind: 'account', accountId, role, operatorId, sessionId: 'demo', expiresAt: Date.now() + DAY_MS };
}

function callOf(platform: Platform, actor: Actor, procedure: string): Call {
  return {
    actor,
    procedure,
    requestId: `demo-${randomUUID()}`,
    address: '127.0.0.1',
    idempotencyKey: `demo-${procedure}`,
    log: platform.log,
    rearm: undefined,
  };
}

async function makeMarkets(
  platform: Platform,
  domains: DemoDomains,
  people: { administrator: AccountActor; bettors: readonly Account[] },
): Promise<void> {
  const questions = ['Will Gor Mahia win the Mashemeji derby?', 'Will it rain in Nairobi on Jamhuri Day?'];
  for (const [i, question] of questions.entries()) {
    const call = callOf(platform, people.administrator, 'markets.open');
    await domains.markets.domain.handlers.open(
      { question, closesAt: new Date(Date.now() + (i + 7) * DAY_MS).toISOString() },
      { ...call, idempotencyKey: `demo-market-${i}` },
    );
  }
  for (const { id: accountId } of people.bettors) {
    const call = callOf(platform, people.administrator, 'wallet.fund');
    await domains.ledger.domain.handlers.fund(
      { accountId, amountMinor: '500000' },
      { ...call, idempotencyKey: `demo-fund-${accountId}` },
    );
  }
}

const NAMES = [
  'Faith Wanjiru Kamau',
  'Brian Ochieng Odhiambo',
  'Mercy Chebet Korir',
  'Kevin Mutua Musyoka',
  'Amina Hassan Ali',
  'Peter Barasa Wafula',
] as const;

/** A few exclusions of invented people, so that the first lookup of a visitor can be a hit. */
async function makeExclusions(
  platform: Platform,
  domains: DemoDomains,
  administrator: AccountActor,
): Promise<void> {
  const periods = ['permanent', '1y', '6mo', '30d', '7d', '24h'] as const;
  for (const [i, period] of periods.entries()) {
    const call = callOf(platform, administrator, 'exclusions.register');
    await domains.exclusions.domain.handlers.register(
      {
        identifiers: [
          { type: 'nationalId', value: `2345678${9 - i}` },
          { type: 'phone', value: `071234567${8 - i}` },
        ],
        period,
        source: 'person',
        person: { name: NAMES[i], dateOfBirth: `19${80 + i}-0${i + 1}-1${i}` },
      },
      { ...call, idempotencyKey: `demo-exclusion-${i}` },
    );
  }
}

interface DemoOperator {
  readonly id: string;
  readonly apiKey: string;
  readonly sandboxKey: string;
}

async function makeOperator({ operators }: DemoDomains, call: Call): Promise<DemoOperator> {
  const input = { name: OPERATOR_NAME, licenceNo: 'GRA-DEMO-001', contactEmail: 'compliance@simba.example' };
  const { id } = await operators.domain.handlers.create(input, call);
  const key = { operatorId: id, label: 'demo', scopes: [...SCOPES] };
  const { apiKey } = await operators.domain.handlers.issueKey(key, call);
  const sandbox = await operators.domain.handlers.issueKey({ ...key, environment: 'sandbox' }, call);
  return { id, apiKey, sandboxKey: sandbox.apiKey };
}

/**
 * Customers of the operator, known to it by tokens. None is excluded yet: excluding one, say the national ID
 * 34567800, shows how the change comes to the operator.
 */
async function mapCustomers(platform: Platform, domains: DemoDomains, apiKey: string): Promise<void> {
  const actor = await domains.operators.authenticateKey(apiKey);
  const items = Array.from({ length: 20 }, (_, i) => ({
    ref: String(i),
    identifiers: [{ type: 'nationalId' as const, value: String(34_567_800 + i * 13) }],
    customerId: `simba-${1_000 + i}`,
  }));
  await domains.tokens.domain.handlers.issueMany({ items }, callOf(platform, actor, 'tokens.issueMany'));
}
