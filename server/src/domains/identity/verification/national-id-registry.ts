import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { Config } from '../../../config.ts';
import { createSimulator } from './simulator.ts';

export interface NationalIdClaim {
  /** Canonical: 6 to 9 digits. */
  readonly nationalId: string;
  readonly name: string;
  /** `YYYY-MM-DD` */
  readonly dateOfBirth: string;
}

/**
 * The national registry of persons. It says whether a number, a name and a date of birth are one person's. When
 * it cannot say, `verify` throws: not knowing is never taken for a yes or a no.
 */
export interface NationalIdRegistry {
  verify(claim: NationalIdClaim, signal: AbortSignal): Promise<'confirmed' | 'refused'>;
}

const ANSWER_MS_MAX = 5_000;

export function createNationalIdRegistry(config: Pick<Config, 'nationalIdProvider'>): NationalIdRegistry {
  if (config.nationalIdProvider === 'simulator') return createSimulator();
  return {
    verify: () => Promise.reject(new Error('no provider is configured (NATIONAL_ID_PROVIDER)')),
  };
}

/** Asks with patience that ends; every trouble is UNAVAILABLE. */
export async function askRegistry(
  registry: NationalIdRegistry,
  claim: NationalIdClaim,
): Promise<'confirmed' | 'refused'> {
  const signal = AbortSignal.timeout(ANSWER_MS_MAX);
  const tooLate = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('no answer in time')), { once: true });
  });
  try {
    return await Promise.race([registry.verify(claim, signal), tooLate]);
  } catch (error) {
    throw new KingaError('UNAVAILABLE', 'The national registry cannot be asked at the moment', {
      retryAfterMs: 60_000,
      cause: error,
    });
  }
}
