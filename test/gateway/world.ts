import type { Limits } from '@kinga/server/config.ts';
import { type Actor, ANONYMOUS } from '@kinga/server/platform/call/actor.ts';
import type { Authenticate } from '@kinga/server/platform/call/authenticator.ts';
import type { Platform } from '@kinga/server/platform/context.ts';
import type { Watcher, WatcherFeed } from '@kinga/server/platform/feed/watcher.ts';
import { createGateway, type Gateway } from '@kinga/server/platform/gateway.ts';
import type { Readiness } from '@kinga/server/platform/http/readiness.ts';
import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { Role, Scope } from '@kinga/shared/contract/procedure.ts';
import type { WatchAck, WatchRequest } from '@kinga/shared/contract/wire.ts';
import type { Logger } from 'pino';
import { createWireClient, type WireClient } from '../support/client.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestPlatform } from '../support/platform.ts';
import { allLabProcedures, type LabDomain, labDomain } from './lab.ts';

/** A gateway on a free port, before a domain that has one procedure of each kind. */
export interface World extends WireClient, AsyncDisposable {
  readonly gateway: Gateway;
  readonly platform: Platform;
  readonly database: TestDatabase;
  readonly lab: LabDomain;
  readonly feed: FakeFeed;
  readonly port: number;
  readonly url: string;
  /** What bad tokens and keys are told apart from; change it to revoke or to add. */
  readonly tokens: Map<string, Actor>;
  readonly readiness: { parts: Readiness | Error };
  metric(line: RegExp): Promise<number>;
}

export interface WorldOptions {
  readonly limits?: Partial<Limits>;
  readonly env?: Readonly<Record<string, string>>;
  readonly log?: Logger;
  /** A second node of the same world. */
  readonly database?: TestDatabase;
  readonly authenticate?: Authenticate;
  readonly bus?: Platform['bus'];
}

const HOUR_MS = 3_600_000;

export function account(name: string, role: Role, expiresAt = Date.now() + HOUR_MS): Actor {
  return { kind: 'account', accountId: name, role, sessionId: `s_${name}`, operatorId: null, expiresAt };
}

export function operatorKey(name: string, scopes: readonly Scope[]): Actor {
  return {
    kind: 'key',
    keyId: name,
    keyNo: 1,
    operatorId: 'op',
    scopes: new Set(scopes),
    environment: 'live',
    mode: 'alarm',
  };
}

export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const database = options.database ?? (await createTestDatabase());
  const platform = await createTestPlatform(database, {
    env: {
      PORT: '0',
      LIMITS: JSON.stringify({ personPerSecond: 10_000, ...options.limits }),
      ...options.env,
    },
    ...(options.log ? { log: options.log } : {}),
    ...(options.bus ? { bus: options.bus } : {}),
  });
  const tokens = new Map<string, Actor>([
    ['admin', account('admin', 'admin')],
    ['bettor', account('bettor', 'bettor')],
    ['other', account('other', 'bettor')],
    ['key', operatorKey('key', ['exclusions:lookup'])],
    ['watcher', operatorKey('watcher', ['exclusions:watch'])],
  ]);
  const lab = labDomain(platform, tokens);
  const feed = new FakeFeed();
  const readiness: World['readiness'] = { parts: { database: true, replica: true, administrator: true } };
  const gateway = createGateway({
    platform,
    domains: [lab],
    feed,
    authenticate: options.authenticate ?? ((given) => authenticate(tokens, given)),
    readiness: async () => {
      if (readiness.parts instanceof Error) throw readiness.parts;
      return readiness.parts;
    },
    procedures: allLabProcedures,
  });
  const { port } = await gateway.listen();
  const url = `http://127.0.0.1:${port}`;
  const client = createWireClient(url);
  return {
    ...client,
    gateway,
    platform,
    database,
    lab,
    feed,
    port,
    url,
    tokens,
    readiness,
    metric: async (line) => {
      const text = await platform.metrics.registry.metrics();
      return Number(
        text
          .split('\n')
          .find((row) => line.test(row))
          ?.split(' ')
          .at(-1) ?? Number.NaN,
      );
    },
    [Symbol.asyncDispose]: async () => {
      client.closeAll();
      lab.gate.open();
      await gateway.stop();
      await platform[Symbol.asyncDispose]();
      if (!options.database) await database[Symbol.asyncDispose]();
    },
  };
}

async function authenticate(
  tokens: ReadonlyMap<string, Actor>,
  { token, apiKey }: { token?: string | undefined; apiKey?: string | undefined },
): Promise<Actor> {
  const given = token ?? apiKey;
  if (given === undefined) return ANONYMOUS;
  const actor = tokens.get(given);
  if (actor === undefined) throw new KingaError('UNAUTHENTICATED', 'These credentials are not good');
  return actor;
}

/** Stands for the feed: what it was asked, and answers when told to. */
export class FakeFeed implements WatcherFeed {
  readonly attached = new Set<Watcher>();
  /** Topics whose watch nobody waited for any more when it would have begun. */
  readonly abandoned: string[] = [];
  readonly asked: WatchRequest[] = [];
  /** What the next watch waits for. */
  hold: Promise<void> = Promise.resolve();

  attach(watcher: Watcher): void {
    this.attached.add(watcher);
  }

  detach(watcher: Watcher): void {
    this.attached.delete(watcher);
  }

  async watch(_watcher: Watcher, input: WatchRequest, isAwaited = () => true): Promise<WatchAck> {
    this.asked.push(input);
    await this.hold;
    if (!isAwaited()) this.abandoned.push(input.topic);
    if (input.topic === 'hidden') throw new KingaError('NOT_FOUND', 'There is no such topic');
    return { topic: input.topic, kind: 'log', epoch: 'e', seq: 7, resumed: input.from !== undefined };
  }

  unwatch(_watcher: Watcher, { topic }: { topic: string }): { topic: string } {
    return { topic };
  }
}
