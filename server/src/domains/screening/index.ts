import type { screening } from '@kinga/shared/screening/contract.ts';
import type { Domain } from '../../domain.ts';
import type { Platform } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { readActivity, refuseWhileBlocked, unblock } from './activity.ts';
import { Blocks } from './blocks.ts';
import { Exchange } from './exchange.ts';
import { Findings } from './findings.ts';
import { Sampling, type SamplingOptions } from './sampling.ts';
import { Screen } from './screen.ts';

export { type Screen, type ScreeningRules, tooMany } from './screen.ts';

export interface Screening {
  readonly domain: Domain<typeof screening>;
  /** Every question about a person passes it: see screen.ts. */
  readonly screen: Screen;
  /** RATE_LIMITED while a key of the operator is blocked; the transaction acts for the operator from then on. */
  readonly refuseWhileBlocked: (tx: Tx, operatorId: string) => Promise<void>;
}

/** Defends the register against being asked as an oracle. */
export function createScreening(
  platform: Platform,
  { customersOf }: Pick<SamplingOptions, 'customersOf'>,
): Screening {
  const blocks = new Blocks(platform);
  const findings = new Findings(platform, blocks);
  const screen: Screen = new Screen({
    isBlocked: (keyId, nowMs) => blocks.isBlocked(keyId, nowMs),
    onScan: (finding) => findings.scan(finding),
    onPerson: (finding) => findings.person(finding, performance.now()),
    onDates: (finding) => findings.dates(finding, performance.now()),
    onOften: (key, subject) => exchange.often(key, subject),
  });
  const sampling = new Sampling({
    platform,
    screen,
    customersOf,
    onFound: (finding) => findings.sampling(finding, performance.now()),
  });
  const exchange = new Exchange(platform, screen, sampling);
  return {
    domain: {
      name: 'screening',
      handlers: {
        activity: ({ operatorId }) => readActivity(platform, operatorId),
        unblock: (input, call) => unblock(platform, blocks, input, call),
      },
      services: [blocks, findings, exchange],
    },
    screen,
    refuseWhileBlocked,
  };
}
