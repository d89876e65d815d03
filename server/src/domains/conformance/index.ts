import type { conformance } from '@kinga/shared/conformance/contract.ts';
import type { Domain } from '../../domain.ts';
import type { Platform } from '../../platform/context.ts';
import { applyForProductionKey, type ConformanceDeps, getCertificate } from './certificate.ts';
import { start } from './start.ts';
import { submit } from './submit.ts';

export { pruneRuns } from './prune.ts';

export interface Conformance {
  readonly domain: Domain<typeof conformance>;
}

/** Does an operator's system decide as it must? Judged by what it decided, and by what it asked. */
export function createConformance(platform: Platform, deps: ConformanceDeps): Conformance {
  return {
    domain: {
      name: 'conformance',
      handlers: {
        start: (_input, call) => start(platform, call),
        submit: (input, call) => submit(platform, input, call),
        certificate: (input, call) => getCertificate(platform, input, call),
        applyForProductionKey: (input, call) => applyForProductionKey(platform, deps, input, call),
      },
    },
  };
}
