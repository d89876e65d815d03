import { invalidInput } from '@kinga/shared/contract/errors.ts';

/**
 * Where a page begins in a list of ids of one kind: they begin with the time, so the newest first is the greatest
 * first, and the cursor is the last id of the page before. Null: at the newest.
 */
export function beforeId(prefix: string, cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  if (!cursor.startsWith(`${prefix}_`)) throw invalidInput('cursor', 'not a cursor of this list');
  return cursor;
}
