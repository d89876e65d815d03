import type { Scope } from '@kinga/shared/contract/procedure.ts';
import type { FeedEvent, Position, WatchAck } from '@kinga/shared/contract/wire.ts';
import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import type { Change } from '@kinga/shared/propagation/contract.ts';
import { afterAll, beforeAll } from 'vitest';
import { type RegisterNode, startNode } from '../exclusions/nodes.ts';
import { type AnswerOf, ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';

const SCOPES: readonly Scope[] = ['tokens:manage', 'tokens:validate', 'exclusions:watch', 'operator:self'];

export type ChangeEvent = Omit<FeedEvent, 'data'> & { readonly data: Change };

interface Started {
  readonly hub: TestHub;
  readonly register: RegisterNode;
}

/** One hub, and a node of the register beside it, for all tests of a file. */
export function startWithRegister(use: (started: Started) => void): void {
  let started: Started | undefined;
  beforeAll(async () => {
    const hub = await startTestHub();
    started = { hub, register: await startNode(hub.database) };
    use(started);
  });
  afterAll(async () => {
    await started?.register[Symbol.asyncDispose]();
    await started?.hub[Symbol.asyncDispose]();
  });
}

/** One operator: its machine, which maps its customers and follows their changes. */
export interface House {
  readonly operatorId: string;
  readonly apiKey: string;
  readonly topic: string;
  ask<TName extends string>(name: TName, input?: unknown): Promise<AnswerOf<TName>>;
  refusal(name: string, input?: unknown): Promise<{ code: string; details?: readonly { path: string }[] }>;
  issue(identifiers: readonly Identifier[], customerId?: string): Promise<AnswerOf<'tokens.issue'>>;
  listen(at?: TestHub, from?: Position): Promise<Listener>;
}

export interface Listener {
  readonly ack: WatchAck;
  readonly events: ChangeEvent[];
  close(): void;
}

export async function newHouse(hub: TestHub, scopes: readonly Scope[] = SCOPES): Promise<House> {
  const { operatorId, apiKey } = await hub.operatorKey(scopes);
  const topic = `operators/${operatorId}/changes`;
  const send = async <TName extends string>(name: TName, input: unknown = {}) =>
    (await hub.http(name, input, { apiKey })).body;
  const ask: House['ask'] = async (name, input) => ok(await send(name, input));
  return {
    operatorId,
    apiKey,
    topic,
    ask,
    refusal: async (name, input) => refused(await send(name, input)),
    issue: (identifiers, customerId) =>
      ask('tokens.issue', { identifiers, ...(customerId === undefined ? {} : { customerId }) }),
    listen: (at = hub, from) => listen(at, { apiKey }, { topic, from }),
  };
}

export async function listen(
  hub: TestHub,
  credentials: object,
  { topic, from }: { readonly topic: string; readonly from?: Position | undefined },
): Promise<Listener> {
  const socket = await hub.connect(credentials);
  const events: ChangeEvent[] = [];
  socket.on('event', (event: ChangeEvent) => events.push(event));
  const ack = ok(await hub.call(socket, 'watch', { topic, ...(from && { from }) })) as WatchAck;
  return { ack, events, close: () => socket.disconnect() };
}

export async function exclude(
  hub: TestHub,
  identifiers: readonly Identifier[],
  more: Readonly<Record<string, unknown>> = {},
): Promise<AnswerOf<'exclusions.register'>> {
  const { token } = await hub.admin();
  const input = { identifiers, period: '1y', source: 'person', ...more };
  return ok((await hub.http('exclusions.register', input, { token })).body);
}

export async function asAdmin<TName extends string>(
  hub: TestHub,
  name: TName,
  input: unknown = {},
): Promise<AnswerOf<TName>> {
  const { token } = await hub.admin();
  return ok((await hub.http(name, input, { token })).body);
}

/** The open alerts of one kind about one operator. */
export async function alertsOf(hub: TestHub, kind: string, operatorId: string) {
  return (await asAdmin(hub, 'alerts.list', { kind, state: 'open', operatorId })).items;
}
