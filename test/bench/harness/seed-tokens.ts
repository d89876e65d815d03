import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { issueTokens } from '@kinga/server/domains/tokens/manage/issue.ts';
import type { Platform } from '@kinga/server/platform/context.ts';
import type { Scope } from '@kinga/shared/contract/procedure.ts';
import { callBy } from '../../support/call.ts';
import { ok } from '../../support/client.ts';
import { tokenSubject } from './population.ts';
import type { HubServer } from './stage.ts';

const OPERATORS = 50;
/** One operator has a fifth of all, as the largest of a market does: its key asks. */
const LARGEST_SHARE = 0.2;
const BATCH = 1_000;
const LANES = 2;
const SCOPES: readonly Scope[] = ['tokens:manage', 'tokens:validate'];

export interface SeededTokens {
  readonly apiKey: string;
  /** Of the largest operator. */
  readonly tokens: readonly string[];
}

/**
 * So many tokens over 50 operators, through the domain's own issuing, a thousand in a transaction. Kept beside the
 * cluster, for nobody but their operator can read them again.
 */
export async function seedTokens(options: {
  readonly platform: Pick<Platform, 'db' | 'crypto'>;
  readonly hub: HubServer;
  readonly adminToken: string;
  readonly folder: string;
  readonly people: number;
  readonly count: number;
}): Promise<SeededTokens> {
  const file = join(options.folder, `tokens-${options.count}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as SeededTokens;
  const largest = Math.floor(options.count * LARGEST_SHARE);
  const others = Math.floor((options.count - largest) / (OPERATORS - 1));
  let tokens: readonly string[] = [];
  let apiKey = '';
  let done = 0;
  for (let operator = 0; operator < OPERATORS; operator++) {
    const key = await operatorKey(options, operator);
    const own = await issueFor(options, key, operator === 0 ? largest : others);
    if (operator === 0) {
      apiKey = key.apiKey;
      tokens = own;
    }
    done += own.length;
    console.error(`seeding: ${done} of ${options.count} tokens`);
  }
  const seeded = { apiKey, tokens };
  writeFileSync(file, JSON.stringify(seeded), { mode: 0o600 });
  return seeded;
}

interface Key {
  readonly operatorId: string;
  readonly keyId: string;
  readonly apiKey: string;
}

async function operatorKey(
  { hub, adminToken: token }: { hub: HubServer; adminToken: string },
  operator: number,
): Promise<Key> {
  const name = `Bench tokens ${operator} ${Date.now()}`;
  const created = await hub.client.http(
    'operators.create',
    { name, licenceNo: name, contactEmail: 'bench@operator.test' },
    { token },
  );
  const { id: operatorId } = ok(created.body);
  const request = { operatorId, label: 'bench', scopes: SCOPES };
  return { operatorId, ...ok((await hub.client.http('operators.issueKey', request, { token })).body) };
}

async function issueFor(
  { platform, people }: { platform: Pick<Platform, 'db' | 'crypto'>; people: number },
  { operatorId, keyId }: Key,
  count: number,
): Promise<string[]> {
  const actor = {
    kind: 'key',
    keyId,
    keyNo: 0,
    operatorId,
    scopes: new Set(SCOPES),
    environment: 'live',
    mode: 'alarm',
  } as const;
  const tokens: string[] = [];
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const from = next;
      next += BATCH;
      const wishes = Array.from({ length: Math.min(BATCH, count - from) }, (_, i) => ({
        identifiers: tokenSubject(from + i, people),
        customerId: `customer-${from + i}`,
        path: '',
      }));
      const { outcomes } = await issueTokens(platform as Platform, wishes, callBy(actor));
      for (const outcome of outcomes) {
        if ('error' in outcome) throw new Error(outcome.error.message);
        tokens.push(outcome.issued.token);
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return tokens;
}
