import { newId } from '@kinga/server/platform/crypto/ids.ts';
import type { ErrorBody } from '@kinga/shared/contract/errors.ts';
import type { Scope } from '@kinga/shared/contract/procedure.ts';
import type { Purpose } from '@kinga/shared/exclusions/contract.ts';
import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import { type AnswerOf, ok } from '../support/client.ts';
import type { TestHub } from '../support/hub.ts';
import { probe } from '../support/probe.ts';

const SCOPES: readonly Scope[] = ['exclusions:lookup', 'tokens:manage', 'tokens:validate'];

/** One operator's machine. */
export interface Asker {
  readonly operatorId: string;
  readonly keyId: string;
  readonly apiKey: string;
  lookup(identifier: Identifier, purpose?: Purpose, at?: TestHub): Promise<string>;
  /** The answer to each, by its place. */
  many(identifiers: readonly Identifier[], purpose?: Purpose): Promise<string[] | ErrorBody>;
  refusal(identifier: Identifier, purpose?: Purpose): Promise<ErrorBody | undefined>;
}

export async function newAsker(
  hub: TestHub,
  terms: { mode?: 'alarm' | 'block'; environment?: 'live' | 'sandbox' } = {},
  of?: string,
): Promise<Asker> {
  const { token } = await hub.admin();
  const operatorId = of ?? (await hub.operatorKey()).operatorId;
  const request = { operatorId, label: 'screened', scopes: SCOPES, ...terms };
  const { keyId, apiKey } = ok((await hub.http('operators.issueKey', request, { token })).body);
  const ask = async (identifier: Identifier, purpose: Purpose = 'bet', at = hub) =>
    (await at.http('exclusions.lookup', { identifiers: [identifier], purpose }, { apiKey })).body;
  return {
    operatorId,
    keyId,
    apiKey,
    lookup: async (identifier, purpose, at) => {
      const answer = await ask(identifier, purpose, at);
      return answer.ok ? answer.data.status : answer.error.code;
    },
    many: async (identifiers, purpose = 'bet') => {
      const checks = identifiers.map((identifier, i) => ({
        ref: `r${i}`,
        identifiers: [identifier],
        purpose,
      }));
      const { body } = await hub.http('exclusions.lookupMany', { checks }, { apiKey });
      if (!body.ok) return body.error;
      return body.data.results.map((result) => ('error' in result ? result.error.code : result.status));
    },
    refusal: async (identifier, purpose) => {
      const answer = await ask(identifier, purpose);
      return answer.ok ? undefined : answer.error;
    },
  };
}

export function nationalId(number: number): Identifier {
  return { type: 'nationalId', value: String(number) };
}

/** Numbers that follow each other. */
export function run(first: number, count: number, step = 1): Identifier[] {
  return Array.from({ length: count }, (_, i) => nationalId(first + i * step));
}

/** The open alerts of one kind about one operator. */
export async function alertsOf(hub: TestHub, kind: string, operatorId?: string) {
  const { token } = await hub.admin();
  const input = { kind, state: 'open', ...(operatorId === undefined ? {} : { operatorId }) };
  return ok((await hub.http('alerts.list', input, { token })).body).items;
}

export async function activityOf(hub: TestHub, operatorId: string): Promise<AnswerOf<'screening.activity'>> {
  const { token } = await hub.admin();
  return ok((await hub.http('screening.activity', { operatorId }, { token })).body);
}

/** The policy with other rules for screening, in force now; it is written as the migration writes the first. */
export async function setScreening(hub: TestHub, change: object): Promise<void> {
  const { pool } = hub.database;
  const { rows } = await pool.query<{ version: number; values: { screening: object } }>(
    'SELECT version, "values" FROM policy_versions ORDER BY version DESC LIMIT 1',
  );
  const { values } = rows[0]!;
  const { token } = await hub.admin();
  const changed = { ...values, screening: { ...values.screening, ...change } };
  const input = { values: changed, note: newId('note') };
  ok((await hub.http('policy.publish', input, { token })).body);
}

/** Until questions are answered by this version; the hub may say that it is in force a moment earlier. */
export async function answeredBy(hub: TestHub, version: number): Promise<void> {
  const { apiKey } = await hub.operatorKey();
  const question = { identifiers: [nationalId(39_999_999)], purpose: 'login' };
  await probe(
    async () =>
      ok((await hub.http('exclusions.lookup', question, { apiKey })).body).policyVersion === version,
  );
}
