import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { ItemError } from '../exclusions/index.ts';

/** Results are joined by ref, so none may come twice. */
export function refuseTwins(items: readonly { readonly ref: string }[], path: string): void {
  const seen = new Set<string>();
  const details = items.flatMap(({ ref }, index) => {
    if (!seen.has(ref)) {
      seen.add(ref);
      return [];
    }
    return [{ path: `${path}[${index}].ref`, message: 'this ref is given twice' }];
  });
  const [first] = details;
  if (first !== undefined) {
    throw new KingaError('INVALID_INPUT', `${first.path}: ${first.message}`, { details });
  }
}

/** What is the matter with one item; anything that is not meant for the caller is no matter of one item. */
export function itemErrorOf(error: unknown): ItemError {
  if (!(error instanceof KingaError)) throw error;
  const { code, message, details } = error;
  return details === undefined ? { code, message } : { code, message, details: [...details] };
}
