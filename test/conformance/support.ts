import { type ConformanceCalls, type Hub, HubError } from '@kinga/client-sdk';
import type { Scope } from '@kinga/shared/contract/procedure.ts';
import type { LookupAnswer } from '@kinga/shared/exclusions/contract.ts';
import { ok } from '../support/client.ts';
import type { TestHub } from '../support/hub.ts';
import type { Line } from './operators.ts';

export interface SandboxKey {
  readonly operatorId: string;
  readonly apiKey: string;
  readonly keyId: string;
}

export const ALL_SCOPES: readonly Scope[] = [
  'exclusions:lookup',
  'exclusions:watch',
  'tokens:manage',
  'tokens:validate',
  'operator:self',
];

/** A sandbox key of this operator, or of a new one. */
export async function sandboxKey(hub: TestHub, operatorId?: string): Promise<SandboxKey> {
  const { token } = await hub.admin();
  const id = operatorId ?? (await hub.operatorKey()).operatorId;
  const request = { operatorId: id, label: 'sandbox', scopes: ALL_SCOPES, environment: 'sandbox' };
  return { operatorId: id, ...ok((await hub.http('operators.issueKey', request, { token })).body) };
}

/** As an operator's system uses the SDK. */
export function lineOverSdk(hub: Hub): Line {
  return {
    ask: (question, deadlineMs) =>
      hub.exclusions.lookup(question, deadlineMs === undefined ? {} : { deadlineMs }),
    askMany: async (questions) => {
      const { results } = await hub.exclusions.lookupMany({ checks: [...questions] });
      return results;
    },
  };
}

/** As a system that knows no more than HTTP. */
export function lineOverHttp(hub: TestHub, apiKey: string): Line {
  const post = async <TData>(name: string, input: unknown, deadlineMs = 10_000): Promise<TData> => {
    const response = await fetch(`${hub.url}/api/v1/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': apiKey },
      body: JSON.stringify(input),
      signal: AbortSignal.timeout(deadlineMs),
    });
    const body = (await response.json()) as
      | { ok: true; data: TData }
      | { ok: false; error: { code: string; message: string } };
    if (body.ok) return body.data;
    throw new HubError(body.error.code, body.error.message);
  };
  return {
    ask: (question, deadlineMs) => post<LookupAnswer>('exclusions.lookup', question, deadlineMs),
    askMany: async (questions) => {
      const { results } = await post<{ results: Awaited<ReturnType<Line['askMany']>> }>(
        'exclusions.lookupMany',
        { checks: questions },
      );
      return results;
    },
  };
}

export function callsOverHttp(hub: TestHub, apiKey: string): ConformanceCalls {
  return {
    conformance: {
      start: async () => ok((await hub.http('conformance.start', {}, { apiKey })).body),
      submit: async (input) => ok((await hub.http('conformance.submit', input, { apiKey })).body),
    },
  };
}
