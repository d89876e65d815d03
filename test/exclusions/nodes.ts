import { createExclusions, type Exclusions } from '@kinga/server/domains/exclusions/index.ts';
import { createPolicy } from '@kinga/server/domains/policy/index.ts';
import { createScreening } from '@kinga/server/domains/screening/index.ts';
import type { KeyActor } from '@kinga/server/platform/call/actor.ts';
import type { Bus } from '@kinga/server/platform/feed/bus.ts';
import type { FeedEvent } from '@kinga/shared/contract/wire.ts';
import type { Exclusion, LookupAnswer, Period, Purpose } from '@kinga/shared/exclusions/contract.ts';
import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import { callBy } from '../support/call.ts';
import type { TestDatabase } from '../support/database.ts';
import { secretsOf } from '../support/database.ts';
import { createTestPlatform, type TestPlatform, type TestPlatformOptions } from '../support/platform.ts';
import { account } from './support.ts';

export const OPERATOR: KeyActor = {
  kind: 'key',
  keyId: 'key_test',
  keyNo: 7,
  operatorId: 'opr_test',
  scopes: new Set(['exclusions:lookup', 'exclusions:watch']),
  environment: 'live',
  mode: 'alarm',
};

export interface RegisterNode extends AsyncDisposable {
  readonly exclusions: Exclusions;
  readonly platform: TestPlatform;
  /** What this node told its feed. */
  readonly events: readonly FeedEvent[];
  readonly resets: readonly string[];
  register(
    identifiers: readonly Identifier[],
    more?: { period?: Period; startsAt?: string },
  ): Promise<Exclusion>;
  lookup(identifiers: readonly Identifier[], purpose?: Purpose): Promise<LookupAnswer>;
  stop(): Promise<void>;
}

/** The register of one node, both sides of it, without a hub around it. */
export async function startNode(
  database: TestDatabase,
  options: TestPlatformOptions = {},
): Promise<RegisterNode> {
  const platform = await createTestPlatform(database, { secrets: secretsOf(database), ...options });
  const policy = createPolicy(platform);
  const screening = createScreening(platform, { customersOf: async () => 0 });
  const exclusions = createExclusions(platform, {
    policy,
    screen: screening.screen,
    accountKeys: async () => [],
    accountsOfKeys: async () => [],
  });
  const events: FeedEvent[] = [];
  const resets: string[] = [];
  exclusions.onApplied((event) => events.push(event));
  exclusions.onReset((_topic, reason) => resets.push(reason));
  const services = [...(policy.domain.services ?? []), ...(exclusions.domain.services ?? [])];
  for (const service of services) await service.start?.();
  let stopping: Promise<void> | undefined;
  const stopAll = async () => {
    for (const service of [...services].reverse()) await service.drain?.();
    for (const service of [...services].reverse()) await service.stop?.();
  };
  const stop = () => {
    stopping ??= stopAll();
    return stopping;
  };
  return {
    exclusions,
    platform,
    events,
    resets,
    stop,
    register: async (identifiers, { period = '1y', startsAt } = {}) =>
      exclusions.domain.handlers.register(
        { identifiers: [...identifiers], period, source: 'person', ...(startsAt ? { startsAt } : {}) },
        callBy(account('admin')),
      ),
    lookup: async (identifiers, purpose = 'bet') =>
      exclusions.domain.handlers.lookup({ identifiers: [...identifiers], purpose }, callBy(OPERATOR)),
    [Symbol.asyncDispose]: async () => {
      await stop();
      await platform[Symbol.asyncDispose]();
    },
  };
}

/** As Redis is when it is dead: nobody hears anything. */
export function deafBus(): Bus {
  return { status: 'degraded', publish: () => {}, subscribe: () => () => {}, close: async () => {} };
}
