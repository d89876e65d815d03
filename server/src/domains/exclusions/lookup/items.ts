import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { ItemError } from './results-writer.ts';

const OF_ONE_ITEM: ReadonlySet<string> = new Set(['INVALID_INPUT', 'RATE_LIMITED']);

/** The answers are joined by ref, so none may come twice. */
export function refuseTwins(checks: readonly { readonly ref: string }[]): void {
  const refs = new Set<string>();
  for (const { ref } of checks) refs.add(ref);
  if (refs.size === checks.length) return;
  const seen = new Set<string>();
  const details = checks.flatMap(({ ref }, index) => {
    if (!seen.has(ref)) {
      seen.add(ref);
      return [];
    }
    return [{ path: `checks[${index}].ref`, message: 'this ref is given twice' }];
  });
  throw new KingaError('INVALID_INPUT', `${details[0]?.path}: ${details[0]?.message}`, { details });
}

/** A malformed item fails alone, and one that asks too often; anything else is no matter of one item. */
export function itemErrorOf(error: unknown): ItemError {
  if (!(error instanceof KingaError) || !OF_ONE_ITEM.has(error.code)) throw error;
  const { code, message, details } = error;
  return details === undefined ? { code, message } : { code, message, details: [...details] };
}
