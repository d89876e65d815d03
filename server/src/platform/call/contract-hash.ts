import { hash } from 'node:crypto';
import type { ContractDescription } from '@kinga/shared/contract/describe.ts';

/** Tells two contracts apart; a client compares it with the one it was built against. */
export function contractHash(description: ContractDescription): string {
  return hash('sha256', JSON.stringify(description));
}
