import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { Operator, operators } from '@kinga/shared/operators/contract.ts';
import type { Domain } from '../../domain.ts';
import type { KeyActor } from '../../platform/call/actor.ts';
import type { By } from '../../platform/call/by.ts';
import type { Platform } from '../../platform/context.ts';
import type { Revocations } from '../../platform/revocations/revocations.ts';
import { ApiKeys } from './keys.ts';
import { createByCall, createOperator, listOperators } from './operators.ts';

export { entities } from './entities.ts';
export { operatorExists } from './operators.ts';

export interface Operators {
  readonly domain: Domain<typeof operators>;
  /** Whose API key this is; UNAUTHENTICATED when it is malformed, unknown or revoked. */
  authenticateKey(apiKey: string): Promise<KeyActor>;
  createOperator(input: ParsedInputOf<typeof operators.create>, by: By): Promise<Operator>;
  issueKey(
    input: ParsedInputOf<typeof operators.issueKey>,
    by: By,
  ): Promise<OutputOf<typeof operators.issueKey>>;
}

/** Licensed operators and their machines' keys. */
export function createOperators(platform: Platform, deps: { revocations: Revocations }): Operators {
  const keys = new ApiKeys(platform, deps.revocations);
  return {
    domain: {
      name: 'operators',
      handlers: {
        create: (input, call) => createByCall(platform, input, call),
        list: (input) => listOperators(platform, input),
        issueKey: (input, call) => keys.issue(input, call),
        revokeKey: (input, call) => keys.revoke(input.keyId, call),
      },
    },
    authenticateKey: (apiKey) => keys.authenticate(apiKey),
    createOperator: (input, by) => createOperator(platform, input, by),
    issueKey: (input, by) => keys.issue(input, by),
  };
}
