import type { Scope } from '@kinga/shared/contract/procedure.ts';
import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import type { AnswerOf } from '../support/client.ts';
import { ok, refused } from '../support/client.ts';
import { asSuperuser } from '../support/database.ts';
import type { TestHub } from '../support/hub.ts';

export const MANAGER: readonly Scope[] = ['tokens:manage', 'tokens:validate'];

export type Validated = AnswerOf<'tokens.validate'>;

/** One operator's machine at one node. */
export interface Till {
  readonly operatorId: string;
  readonly apiKey: string;
  /** The same operator at another node. */
  at(hub: TestHub): Till;
  ask<TName extends string>(name: TName, input: unknown): Promise<AnswerOf<TName>>;
  refusal(name: string, input: unknown): Promise<{ code: string; details?: readonly { path: string }[] }>;
  issue(identifiers: readonly Identifier[], customerId?: string): Promise<AnswerOf<'tokens.issue'>>;
  status(token: string): Promise<string>;
}

export async function newTill(hub: TestHub, scopes = MANAGER): Promise<Till> {
  const { operatorId, apiKey } = await hub.operatorKey(scopes);
  return tillAt(hub, operatorId, apiKey);
}

function tillAt(hub: TestHub, operatorId: string, apiKey: string): Till {
  const send = async <TName extends string>(name: TName, input: unknown) =>
    (await hub.http(name, input, { apiKey })).body;
  const ask: Till['ask'] = async (name, input) => ok(await send(name, input));
  return {
    operatorId,
    apiKey,
    at: (other) => tillAt(other, operatorId, apiKey),
    ask,
    refusal: async (name, input) => refused(await send(name, input)),
    issue: (identifiers, customerId) =>
      ask('tokens.issue', { identifiers, ...(customerId === undefined ? {} : { customerId }) }),
    status: async (token) => {
      const answer = await send('tokens.validate', { token, purpose: 'bet' });
      return answer.ok ? answer.data.status : answer.error.code;
    },
  };
}

export async function exclude(hub: TestHub, identifiers: readonly Identifier[]): Promise<void> {
  const { token } = await hub.admin();
  const input = { identifiers, period: '1y', source: 'person' };
  ok((await hub.http('exclusions.register', input, { token })).body);
}

/** The open alerts of one kind, the newest first. */
export async function alertsOf(hub: TestHub, kind: string) {
  const { token } = await hub.admin();
  return ok((await hub.http('alerts.list', { kind, state: 'open' }, { token })).body).items;
}

/** Nobody is connected to the database, and nobody can connect, until the end of the block. */
export async function databaseDown(name: string): Promise<AsyncDisposable> {
  await asSuperuser(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
  await asSuperuser('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
  return {
    [Symbol.asyncDispose]: async () => {
      await asSuperuser(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    },
  };
}
