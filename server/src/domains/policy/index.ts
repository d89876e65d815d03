import { type policy, policyTopics } from '@kinga/shared/policy/contract.ts';
import type { Domain } from '../../domain.ts';
import type { Platform } from '../../platform/context.ts';
import type { PolicyVersion } from './book.ts';
import { PolicyFollower } from './follower.ts';
import { replay } from './replay/replay.ts';
import { PolicyService } from './service.ts';

export { type PolicyVersion, quietMsOf } from './book.ts';
export { readLongestQuietMs, readPolicy } from './store.ts';

export interface Policy {
  readonly domain: Domain<typeof policy>;
  /** In force at an instant of the database's clock, in milliseconds since 1970; from memory. */
  at(ms: number): PolicyVersion;
  /** The longest time after an exclusion in which nobody is advertised to, of the version of then and those to come. */
  longestQuietMs(ms: number): number;
  /** In force now. Who writes asks `readPolicy` in the same transaction instead. */
  current(): PolicyVersion;
}

/** The law in numbers: dated versions, known to every node before they begin. */
export function createPolicy(platform: Platform): Policy {
  const follower = new PolicyFollower(platform);
  const service = new PolicyService(platform, follower);
  return {
    domain: {
      name: 'policy',
      handlers: {
        current: () => service.current(),
        list: (input) => service.list(input),
        get: (input) => service.get(input),
        publish: (input, call) => service.publish(input, call),
        withdraw: (input, call) => service.withdraw(input, call),
        replay: (input) => replay(platform, input),
      },
      outboxLogs: [{ topic: policyTopics.versions }],
      services: [follower],
    },
    at: (ms) => follower.at(ms),
    longestQuietMs: (ms) => follower.longestQuietMs(ms),
    current: () => follower.current(),
  };
}
