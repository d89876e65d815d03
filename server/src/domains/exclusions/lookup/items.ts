import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { ItemError } from './results-writer.ts';

const OF_ONE_ITEM: ReadonlySet<string> = new Set(['INVALID_INPUT', 'RATE_LIMITED']);

const COUNTED: readonly string[] = Array.from({ length: 1_000 }, (_, index) => String(index));

/** The answers are joined by ref, so none may come twice. */
export function refuseTwins(checks: readonly { readonly ref: string }[]): void {
  if (areCounted(checks) || new Set(checks.map(({ ref }) => ref)).size === checks.length) return;
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

/** Our own clients number them: 0, 1, 2. */
function areCounted(checks: readonly { readonly ref: string }[]): boolean {
  for (let i = 0; i < checks.length; i++) if (checks[i]!.ref !== COUNTED[i]) return false;
  return true;
}

/** A malformed item fails alone, and one that asks too often; anything else is no matter of one item. */
export function itemErrorOf(error: unknown): ItemError {
  if (!(error instanceof KingaError) || !OF_ONE_ITEM.has(error.code)) throw error;
  const { code, message, details } = error;
  return details === undefined ? { code, message } : { code, message, details: [...details] };
}
