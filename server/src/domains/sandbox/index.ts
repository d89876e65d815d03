import { type sandbox, sandboxTopics } from '@kinga/shared/sandbox/contract.ts';
import { TEST_PERSONS } from '@kinga/shared/sandbox/persons.ts';
import type { Domain } from '../../domain.ts';
import type { Platform } from '../../platform/context.ts';
import type { Policies } from '../exclusions/index.ts';
import { type Answers, apart } from './apart.ts';
import { exclude, reset } from './exclude.ts';
import { SandboxLookups } from './lookups.ts';
import { sparing } from './platform.ts';
import { SandboxRecords } from './records.ts';
import { SandboxTokens } from './tokens.ts';

export { operatorOf, sandboxKeyOf } from './key.ts';
export { pruneSandbox } from './prune.ts';
export { type Placed, placeRecords, recordKeysOf, removeRecords } from './records.ts';

export interface Sandbox {
  readonly domain: Domain<typeof sandbox>;
  /** Every domain is served through this: see apart.ts. */
  apart(domain: Domain): Domain;
}

/** A register of nobody real, for the keys that are to touch nothing real. */
export function createSandbox(whole: Platform, { policy }: { readonly policy: Policies }): Sandbox {
  const platform = sparing(whole);
  const lookups = new SandboxLookups(platform, policy, new SandboxRecords(platform));
  const tokens = new SandboxTokens(platform, lookups);
  const answers: Answers = {
    'exclusions.lookup': lookups.lookup.bind(lookups),
    'exclusions.lookupMany': lookups.lookupMany.bind(lookups),
    'tokens.issue': (input: Parameters<typeof tokens.issue>[0], call) => tokens.issue(input, call),
    'tokens.issueMany': tokens.issueMany.bind(tokens),
    'tokens.validate': (input: Parameters<typeof tokens.validate>[0], call) => tokens.validate(input, call),
    'tokens.validateMany': tokens.validateMany.bind(tokens),
    'tokens.revoke': tokens.revoke.bind(tokens),
  };
  return {
    domain: {
      name: 'sandbox',
      handlers: {
        persons: () => ({
          persons: TEST_PERSONS.map((person) => ({ ...person, identifiers: [...person.identifiers] })),
        }),
        exclude: (input, call) => exclude(platform, input, call),
        reset: (_input, call) => reset(platform, call),
      },
      outboxLogs: [{ topic: sandboxTopics.sandboxChanges }],
    },
    apart: (domain) => apart(domain, answers),
  };
}
