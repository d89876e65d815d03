import type { tokens } from '@kinga/shared/tokens/contract.ts';
import type { Domain } from '../../domain.ts';
import type { Platform } from '../../platform/context.ts';
import type { Exclusions } from '../exclusions/index.ts';
import { malformedIdentifiers } from '../identifiers/index.ts';
import type { Screen, ScreeningRules } from '../screening/index.ts';
import { hashOf, malformedToken } from './format.ts';
import { listMappings, mapToken, unmapCustomer } from './manage/mapping.ts';
import { TokenFollower } from './memory/follower.ts';
import { crossReference } from './report/cross-reference.ts';
import { readHistory } from './report/history.ts';
import { readStatistics } from './report/statistics.ts';
import { TokenService } from './service.ts';
import { ForeignUse } from './validate/foreign-use.ts';
import { Probing } from './validate/probing.ts';
import { TokenQuestions } from './validate/questions.ts';
import { Usage } from './validate/usage.ts';
import { Validations } from './validate/validations.ts';

export { hashOf, newToken } from './format.ts';
export { customersOf } from './manage/count.ts';
export {
  handlesOfTokens,
  type TokenOfKeys,
  tokensChangedAfter,
  tokensOfHandles,
  tokensOfKeys,
} from './of-keys.ts';
export { syncTokens } from './sync/sync.ts';

export interface Tokens {
  readonly domain: Domain<typeof tokens, 'validateMany'>;
}

export interface TokensDeps {
  readonly exclusions: Pick<Exclusions, 'answerKeys' | 'answerManyKeys'>;
  readonly screen: Screen;
  /** Of the policy in force. */
  readonly screeningRules: () => ScreeningRules;
}

/** Screening tokens: a person at one operator, asked about without identity data. */
export function createTokens(
  platform: Platform,
  { exclusions, screen, screeningRules: rules }: TokensDeps,
): Tokens {
  const { db, crypto, metrics } = platform;
  const follower = new TokenFollower(platform);
  const foreignUse = new ForeignUse(platform);
  const probing = new Probing(platform);
  const usage = new Usage(platform);
  const questions = new TokenQuestions(db);
  const validations = new Validations({
    crypto,
    follower,
    questions,
    exclusions,
    usage,
    foreignUse,
    probing,
  });
  const deps = { platform, foreignUse };
  const service = new TokenService(deps, follower, { screen, rules });
  const known = metrics.gauge('kinga_tokens', 'Screening tokens this node answers by');
  Object.assign(known, { collect: () => known.set(follower.table.size) });
  return {
    domain: {
      name: 'tokens',
      handlers: {
        issue: (input, call) => service.issue(input, call),
        issueMany: (input, call) => service.issueMany(input, call),
        validate: (input, call) => validations.validate(input, call),
        validateMany: (input, call) => validations.validateMany(input, call),
        rotate: (input, call) => service.rotate(input, call),
        revoke: (input, call) => service.revoke(input, call),
        revokeMany: (input, call) => service.revokeMany(input, call),
        compromise: (input, call) => service.compromise(input, call),
        map: ({ token, customerId }, call) =>
          mapToken(deps, { hash: hashOf(crypto, token, 'token'), customerId }, call),
        unmap: ({ customerId }, call) => unmapCustomer(deps, customerId, call),
        mappings: (input, call) => listMappings(deps, input, call),
        history: (input, call) => readHistory(deps, input, call),
        crossReference: (input, call) => crossReference(deps, input, call),
        statistics: (input, call) => readStatistics(db, input, call),
      },
      alsoMalformed: {
        issue: malformedIdentifiers,
        validate: malformedToken,
        rotate: malformedToken,
        revoke: malformedToken,
        compromise: malformedToken,
        map: malformedToken,
      },
      services: [follower, usage, foreignUse, probing],
    },
  };
}
